// Designs of the ladder: small, so that a tool needs seconds for one, and far apart.
#include <array>

#include "explore/ladder/ladder.hpp"
#include "models/design/design_file.hpp"

namespace napier::explore::ladder {
namespace {

constexpr std::array<const char*, 8> kDesigns = {
    R"(name: ladder_binned
datapath: {lanes: 2, vector: 2, style: binned, lut_bits: 2, term_bits: 12, accumulator_bits: 18}
collector: {entries: 3}
buffers: {a_rows: 4, b_words: 4}
post_processor: {lanes: 1}
update: {lanes: 1, bits: 12}
)",
    R"(name: ladder_channels
format: {bits: 6, gamma_log2: 1, rounding: stochastic, scale_group: channel}
datapath: {lanes: 2, vector: 2, style: per_element, const_bits: 5, term_bits: 10, accumulator_bits: 16, overflow: wrap}
collector: {entries: 2}
buffers: {a_rows: 3, b_words: 3}
post_processor: {lanes: 1, compare_bits: 6}
update: {lanes: 2, bits: 8, v_fraction: 8, v_bits: 16, rounding: stochastic, beta: 0.95}
pipeline: {multiply: 0, convert: 1, reduce: 0, post_process: 3, update: 2}
)",
    R"(name: ladder_int8
format: {kind: int8}
datapath: {lanes: 2, vector: 2, accumulator_bits: 18}
collector: {entries: 4}
buffers: {a_rows: 4, b_words: 4}
post_processor: {lanes: 2}
update: {kind: host}
)",
    R"(name: ladder_split
format: {rounding: linear_nearest}
datapath: {lanes: 4, vector: 4, style: split_sign, lut_bits: 1, term_bits: 14, term_rounding: half_up, accumulator_bits: 20}
collector: {entries: 4}
buffers: {a_rows: 8, b_words: 8}
post_processor: {lanes: 2, compare_bits: 8}
update: {lanes: 1, bits: 10, v_bits: 16, v_fraction: 8, beta: 0.99, round_first: true}
pipeline: {multiply: 0, convert: 0, reduce: 1, scale: 0, post_process: 4, update: 5}
)",
    R"(name: ladder_nozero
format: {bits: 5, gamma_log2: 2, zero: none}
datapath: {lanes: 3, vector: 1, style: per_element, const_bits: 6, term_bits: 9, accumulator_bits: 14, overflow: wrap}
collector: {entries: 5}
buffers: {a_rows: 5, b_words: 2}
post_processor: {lanes: 3, compare_bits: 5}
update: {lanes: 1, bits: 9, v_fraction: 10, v_bits: 18}
pipeline: {multiply: 1, convert: 0, reduce: 0, post_process: 1, update: 1}
)",
    R"(name: ladder_octaves
format: {bits: 4, gamma_log2: 0}
datapath: {lanes: 1, vector: 2, style: binned, lut_bits: 0, term_bits: 6, accumulator_bits: 10}
collector: {entries: 1}
buffers: {a_rows: 2, b_words: 2}
post_processor: {lanes: 1, compare_bits: 4}
update: {kind: host}
pipeline: {multiply: 0, convert: 0, reduce: 2, post_process: 2}
)",
    R"(name: ladder_fp8_e4m3
format: {kind: fp8_e4m3}
datapath: {lanes: 2, vector: 2, term_bits: 12, accumulator_bits: 18}
collector: {entries: 3}
buffers: {a_rows: 4, b_words: 4}
post_processor: {lanes: 1}
update: {kind: host}
)",
    R"(name: ladder_fp8_e5m2
format: {kind: fp8_e5m2}
datapath: {lanes: 2, vector: 4, term_bits: 14, term_rounding: half_up, accumulator_bits: 16, overflow: wrap}
collector: {entries: 2}
buffers: {a_rows: 3, b_words: 3}
post_processor: {lanes: 2}
update: {kind: host}
pipeline: {multiply: 0, convert: 2, reduce: 0, post_process: 3}
)"};

constexpr std::size_t kCiDesigns = 3;

}  // namespace

std::vector<Design> default_designs(Level level) {
  std::vector<Design> designs;
  for (const char* text : kDesigns) {
    if (level == Level::kCi && designs.size() == kCiDesigns) break;
    designs.push_back(parse_design(text, "built-in design"));
  }
  return designs;
}

}  // namespace napier::explore::ladder
