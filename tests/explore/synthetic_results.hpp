#pragma once
#include "explore/results.hpp"

/// Results with made-up numbers that are easy to recognise, for tests of tables and report.
namespace napier::explore {

inline DesignReport synthetic_design(const std::string& name, double accuracy, double energy, double area) {
  DesignReport design;
  design.name = name;
  design.summary = "LNS 8 bits, 32 lanes x 32";
  for (const char* stage : {"train", "sim", "verify", "synth"}) {
    design.stages.push_back(
        {stage, std::string("napier ") + stage + " -o $OUT/designs/" + name, "held", 0, ""});
  }
  design.values = {{"test_accuracy_percent", "Test accuracy", "%", "Share of test images", accuracy},
                   {"energy_per_mac_pj", "Energy per MAC", "pJ", "Energy of one MAC", energy},
                   {"area_mm2", "Cell area", "mm\u00b2", "Area of all cells", area},
                   {"cycles_systemc", "Cycles, SystemC", "cycles", "Of the traced work", 123456.0},
                   {"cycles_verilog", "Cycles, Verilog", "cycles", "Of the traced work", 123456.0},
                   {"words_compared", "Words compared", "words", "By verify", 987654.0}};
  design.cycles_by_cause = {{"busy", 100000}, {"wait_a", 20000}, {"drain", 3456}};
  design.area_by_unit = {
      {"lns_multiplier", 0.2 * area}, {"bin_adder_tree", 0.5 * area}, {"madam_update", 0.3 * area}};
  design.energy_per_mac_by_unit = {{"lns_multiplier", 0.3 * energy}, {"bin_adder_tree", 0.7 * energy}};
  design.accuracy_by_epoch = {accuracy - 4, accuracy - 1.5, accuracy - 0.6, accuracy};
  return design;
}

inline Results synthetic_results() {
  Results results;
  results.name = "synthetic";
  results.command = "napier sweep sweep.yaml -o out";
  results.experiment = "experiment.yaml";
  results.designs = {synthetic_design("sorted", 89.1, 46.5, 25.5), synthetic_design("lean", 89.0, 27.1, 7.8),
                     synthetic_design("int8", 89.6, 23.9, 8.1)};
  results.reference =
      ReferenceReport{"fp32", {"train", "napier train", "held", 0, ""}, 89.4, {86, 88, 89, 89.4}};
  results.conditions = {{"Library", "OSU 0.18 um"}, {"Voltage", "1.8 V"}};
  results.not_included = {"SRAM", "wires"};
  mark_pareto_front(results.designs);
  return results;
}

}  // namespace napier::explore
