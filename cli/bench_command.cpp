// napier bench: our own benchmark runs.
#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/bench.hpp"
#include "cli/commands.hpp"
#include "explore/estimate/bench.hpp"
#include "models/train/bench.hpp"
#include "rtl-gen/bench.hpp"
#include "sim/bench.hpp"

namespace napier::cli {
namespace {

void print_table(const std::vector<BenchRow>& rows) {
  std::printf("%-46s %10s  %-10s  %-46s %s\n", "name", "value", "unit", "against", "ratio");
  for (const BenchRow& row : rows) {
    std::printf("%-46s %10.4g  %-10s  %-46s ", row.name.c_str(), row.value, row.unit.c_str(),
                row.against.c_str());
    std::printf(row.against.empty() ? "\n" : "%.3g\n", row.ratio);
  }
}

void print_json(const std::vector<BenchRow>& rows) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const BenchRow& row : rows) {
    nlohmann::ordered_json entry;
    entry["name"] = row.name;
    entry["value"] = row.value;
    entry["unit"] = row.unit;
    if (!row.against.empty()) {
      entry["against"] = row.against;
      entry["ratio"] = row.ratio;
    }
    list.push_back(entry);
  }
  std::cout << list.dump(2) << '\n';
}

/// The simulator's rows and, with `rtl`, the Verilated model of the same design and product.
std::vector<BenchRow> bench_simulation(bool rtl) {
  std::vector<BenchRow> rows = sim::bench_simulation();
  if (!rtl) return rows;
  const double rate = rtl::verilated_cycles_per_second(sim::bench_element(), sim::bench_trace());
  const BenchRow systemc = rows.back();
  rows.push_back({"verilated_32x32.cycles", rate, "cycles/s", "", 0.0});
  rows.push_back({systemc.name, systemc.value, systemc.unit, "verilated_32x32.cycles", systemc.value / rate});
  return rows;
}

}  // namespace

CLI::App* add_benchmark(CLI::App& bench, const std::string& name, const std::string& description,
                        std::function<std::vector<BenchRow>()> measure) {
  CLI::App* command = bench.add_subcommand(name, description);
  const auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "Print the rows as JSON");
  command->footer("Example: napier bench " + name);
  command->callback([json, measure = std::move(measure)] {
    const std::vector<BenchRow> rows = measure();
    if (*json) {
      print_json(rows);
    } else {
      print_table(rows);
    }
  });
  return command;
}

void add_bench(CLI::App& app) {
  CLI::App* bench = app.add_subcommand("bench", "Measure Napier's own speed");
  bench->require_subcommand(1);
  bench->footer("Example: napier bench sim --json");
  const auto rounds = std::make_shared<int>(5);
  add_benchmark(*bench, "kernels",
                "Rates of the trainer's exact inner loops, against OpenBLAS and plain loops",
                [rounds] { return bench_kernels(*rounds); })
      ->add_option("--rounds", *rounds, "How often every loop is measured; its fastest run counts")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  add_benchmark(*bench, "train", "Training steps a second of the reference perceptron, against FP32",
                bench_training);
  const auto rtl = std::make_shared<bool>(false);
  add_benchmark(*bench, "sim", "Cycles a second of the SystemC model, against a plain scalar loop", [rtl] {
    return bench_simulation(*rtl);
  })->add_flag("--rtl", *rtl, "Also against the Verilated model of the same design; takes minutes");
  add_benchmark(*bench, "rtl",
                "Time of generating and Verilating an element, and cycles a second of it; takes minutes",
                rtl::bench_verilog);
  add_benchmark(*bench, "estimate", "Time of estimating a training step of ResNet-50, BERT-Large and GPT",
                explore::bench_estimate);
}

}  // namespace napier::cli
