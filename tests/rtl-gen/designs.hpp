#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "models/design/design.hpp"
#include "models/design/design_file.hpp"

/// Designs that the tests of the generated Verilog go through.
namespace napier::rtl::test {

inline std::filesystem::path shipped_file(const std::string& name) {
  return std::filesystem::path(NAPIER_SOURCE_DIR) / "configs/designs" / (name + ".yaml");
}

inline Design shipped(const std::string& name) { return read_design(shipped_file(name)); }

/// lns8_paper_tiny with some keys changed; `changes` is YAML in the same shape.
inline Design tiny(const std::string& name, const std::string& yaml) {
  Design d = parse_design("name: " + name + "\n" + yaml, name);
  return d;
}

inline const std::string kSmall = "collector: {entries: 4}\nbuffers: {a_rows: 8, b_words: 8}\n";

/// The shipped tiny designs and a spread of parameters: each conversion style, rounding, overflow, zero code,
/// table size, and pipelines from the shortest to longer than the units have steps.
inline std::vector<Design> spread() {
  std::vector<Design> designs;
  for (const char* name : {"lns8_paper_tiny", "lns8_lean_tiny", "int8_tiny", "fp8_e4m3_tiny"})
    designs.push_back(shipped(name));
  const auto add = [&](const std::string& name, const std::string& yaml) {
    designs.push_back(tiny(name, yaml + kSmall));
  };
  add("split_lut2",
      "datapath: {lanes: 2, vector: 4, style: split_sign, lut_bits: 2, term_bits: 14, term_rounding: "
      "half_up, "
      "overflow: wrap, accumulator_bits: 20}\npost_processor: {lanes: 1}\nupdate: {lanes: 1}\n"
      "pipeline: {multiply: 0, convert: 0, reduce: 1, scale: 0, post_process: 1, update: 1}\n");
  add("binned_lut1",
      "datapath: {lanes: 4, vector: 2, style: binned, lut_bits: 1, term_bits: 12, const_bits: 6, "
      "accumulator_bits: 18}\npost_processor: {lanes: 4}\nupdate: {lanes: 3, bits: 12, rounding: "
      "stochastic}\n"
      "pipeline: {multiply: 2, convert: 1, reduce: 0, scale: 2, post_process: 3, update: 2}\n");
  add("split_lut0",
      "datapath: {lanes: 4, vector: 4, style: split_sign, lut_bits: 0, term_bits: 10, accumulator_bits: 16}\n"
      "post_processor: {lanes: 2, compare_bits: 6}\nupdate: {lanes: 2, bits: 10, v_bits: 16, v_fraction: 8, "
      "beta: 0.99, round_first: true}\n"
      "format: {rounding: linear_nearest}\n"
      "pipeline: {multiply: 0, convert: 1, reduce: 0, post_process: 5, update: 6}\n");
  add("lns6_nozero",
      "format: {bits: 6, gamma_log2: 1, zero: none}\n"
      "datapath: {lanes: 2, vector: 2, style: per_element, const_bits: 5, term_bits: 16, "
      "accumulator_bits: 24}\npost_processor: {lanes: 2}\nupdate: {lanes: 1, bits: 8, v_fraction: 10, "
      "v_bits: 18}\n"
      "pipeline: {multiply: 1, convert: 0, reduce: 0, post_process: 2, update: 3}\n");
  add("lns4_octaves",
      "format: {bits: 4, gamma_log2: 0}\n"
      "datapath: {lanes: 1, vector: 1, style: binned, lut_bits: 0, term_bits: 14, accumulator_bits: 32}\n"
      "post_processor: {lanes: 1, compare_bits: 4}\nupdate: {lanes: 1, bits: 6, rounding: stochastic, "
      "round_first: true}\n"
      "pipeline: {multiply: 0, convert: 0, reduce: 1, post_process: 1, update: 4}\n");
  // Rows with scales of their own, random rounding, the narrowest update words and second moments.
  add("channels_at_random",
      "format: {rounding: stochastic, seed: 7, scale_group: channel, scale_rule: static, "
      "scale_grid: power_of_two}\n"
      "datapath: {lanes: 6, vector: 2, style: per_element, term_bits: 16, accumulator_bits: 22}\n"
      "post_processor: {lanes: 3, compare_bits: 8}\n"
      "update: {lanes: 1, bits: 8, v_fraction: 4, v_bits: 10, beta: 0.95}\n"
      "pipeline: {multiply: 1, convert: 0, reduce: 0, post_process: 1, update: 1}\n");
  // The widest second moments, row scales through every register of the post-processor.
  add("channels_deep",
      "format: {bits: 7, gamma_log2: 2, scale_group: channel, scale_rule: current}\n"
      "datapath: {lanes: 2, vector: 2, style: binned, lut_bits: 2, term_bits: 14, accumulator_bits: 22, "
      "overflow: wrap}\npost_processor: {lanes: 1}\n"
      "update: {lanes: 1, bits: 16, v_fraction: 16, v_bits: 28}\n"
      "pipeline: {multiply: 0, convert: 0, reduce: 1, scale: 0, post_process: 4, update: 1}\n");
  // Row scales without an update unit: the channel has the number that the unit's first would have.
  add("channels_host",
      "format: {scale_group: channel}\n"
      "datapath: {lanes: 2, vector: 2, style: per_element, term_bits: 12, accumulator_bits: 20}\n"
      "post_processor: {lanes: 1}\nupdate: {kind: host}\n");
  // 255 octaves of products: nearly all fall below the term.
  add("octaves_at_random",
      "format: {gamma_log2: 0, zero: none, rounding: stochastic}\n"
      "datapath: {lanes: 2, vector: 1, style: binned, lut_bits: 0, term_bits: 30, term_rounding: half_up, "
      "accumulator_bits: 32}\npost_processor: {lanes: 2, compare_bits: 23}\nupdate: {lanes: 1}\n"
      "pipeline: {multiply: 0, convert: 0, reduce: 1, post_process: 3, update: 4}\n");
  // Vectors with scales of their own before the scaler's registers; second moments rounded at random.
  add("vectors_binned",
      "format: {scale_group: vector}\n"
      "datapath: {lanes: 2, vector: 4, style: binned, lut_bits: 2, term_bits: 14, accumulator_bits: 20}\n"
      "post_processor: {lanes: 1}\n"
      "update: {lanes: 1, bits: 11, v_fraction: 6, v_bits: 12, v_rounding: stochastic}\n"
      "pipeline: {multiply: 1, convert: 0, reduce: 1, scale: 1, post_process: 1, update: 2}\n");
  // The same behind all registers, without a scaler; steps and second moments both at random.
  add("vectors_octaves",
      "format: {bits: 5, gamma_log2: 0, scale_group: vector, scale_rule: current}\n"
      "datapath: {lanes: 3, vector: 2, style: per_element, term_bits: 12, accumulator_bits: 18, overflow: "
      "wrap}\n"
      "post_processor: {lanes: 3}\n"
      "update: {lanes: 2, bits: 9, rounding: stochastic, v_fraction: 4, v_bits: 11, v_rounding: stochastic, "
      "beta: 0.9}\n"
      "pipeline: {multiply: 2, convert: 0, reduce: 0, post_process: 1, update: 3}\n");
  add("int8_deep",
      "format: {kind: int8}\ndatapath: {lanes: 2, vector: 2, accumulator_bits: 20, overflow: wrap}\n"
      "post_processor: {lanes: 1}\nupdate: {kind: host}\n"
      "pipeline: {multiply: 3, reduce: 0, post_process: 4}\n");
  add("fp8_e5m2_deep",
      "format: {kind: fp8_e5m2}\n"
      "datapath: {lanes: 2, vector: 2, term_bits: 20, term_rounding: half_up, accumulator_bits: 22, "
      "overflow: wrap}\npost_processor: {lanes: 2}\nupdate: {kind: host}\n"
      "pipeline: {multiply: 0, convert: 2, reduce: 0, post_process: 4}\n");
  // No register between multipliers and sum: one tree for both.
  add("int8_merged",
      "format: {kind: int8}\ndatapath: {lanes: 2, vector: 4, accumulator_bits: 20}\n"
      "post_processor: {lanes: 2}\nupdate: {kind: host}\n"
      "pipeline: {multiply: 0, reduce: 2, post_process: 1}\n");
  return designs;
}

}  // namespace napier::rtl::test
