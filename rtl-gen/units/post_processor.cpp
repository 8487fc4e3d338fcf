#include "rtl-gen/units/post_processor.hpp"

#include <algorithm>
#include <bit>

#include "models/design/design_file.hpp"
#include "models/design/widths.hpp"
#include "models/format/constants.hpp"
#include "models/units/post_processor.hpp"
#include "rtl-gen/design_values.hpp"
#include "rtl-gen/module.hpp"
#include "rtl-gen/templates.hpp"
#include "rtl-gen/text/numbers.hpp"
#include "rtl-gen/text/registers.hpp"

namespace napier::rtl {

namespace {

/// Thresholds that a mantissa of `bits` bits can reach, one comparison each.
std::string threshold_terms(const std::vector<std::uint32_t>& thresholds, int bits) {
  std::vector<std::string> terms;
  for (const std::uint32_t t : thresholds) {
    if (t >> bits != 0) continue;  // rounded up to the next octave: no mantissa reaches it
    terms.push_back(t == 0 ? "PassedWidth'(1)" : "PassedWidth'(fraction_q >= " + literal(bits, t) + ")");
  }
  return terms.empty() ? "'0;" : join(terms, "\n+ ") + ";";
}

/// One line a code of the octave: its value and the distance to the next, as mantissas of `bits` bits.
std::string value_cases(int gamma_log2, int bits) {
  const std::vector<std::uint32_t> values = mantissa_code_values(gamma_log2, bits);
  std::string text;
  for (std::size_t r = 0; r + 1 < values.size(); ++r) {
    text += literal(gamma_log2, r) + ": {value, gap} = {" + literal(bits, values[r]) + ", " +
            literal(bits + 1, values[r + 1] - values[r]) + "};\n";
  }
  return text;
}

void set_lns(Values& v, const Design& d) {
  const LnsFormat f(d.format);
  const int leading_bits = index_bits(d.datapath.accumulator_bits);
  const int octave_bits = leading_bits + f.gamma_log2 + 1;  // leading * gamma + passed
  v["compare_bits"] = std::to_string(d.post_processor.compare_bits);
  v["leading_bits"] = std::to_string(leading_bits);
  v["passed_bits"] = std::to_string(index_bits(f.gamma() + 1));
  v["code_bits"] = std::to_string(std::max(octave_bits, 16) + 2);
  v["code_expression"] = "CodeWidth'(octave_q) << " + std::to_string(f.gamma_log2);
  v["lowest_text"] = f.zero == ZeroCode::kReserved ? "zero" : "code 0";
  switch (d.format.rounding) {
    case Rounding::kLogNearest:
      v["threshold_text"] = "2^((r + 1/2)/gamma)";
      break;
    case Rounding::kLinearNearest:
      v["threshold_text"] = "midway between neighbouring values";
      break;
    case Rounding::kStochastic:
      v["threshold_text"] = "the code values 2^(r/gamma)";
      if (f.gamma_log2 > 0) v["value_cases"] = value_cases(f.gamma_log2, d.post_processor.compare_bits);
      break;
  }
  v["threshold_terms"] = threshold_terms(PostProcessor(d).thresholds(), d.post_processor.compare_bits);
}

void set_fp8(Values& v, const Design& d) {
  const Minifloat& f = widths::fp8_format(d);
  const int leading_bits = index_bits(d.datapath.accumulator_bits);
  v["format_name"] = format_name(d.format.kind);
  v["leading_bits"] = std::to_string(leading_bits);
  v["fp_wide_exponent_bits"] = std::to_string(17);  // 16 of bias_k, one for the others
  v["fp_down_bits"] = std::to_string(index_bits(f.mantissa_bits + 4));
}

void set_int8(Values& v, const Design& d) {
  const int left = d.format.bits - 1;  // any non-zero accumulator saturates
  v["int8_left"] = std::to_string(left);
  v["int8_limit"] = std::to_string((1 << left) - 1);
  v["int8_shift_bits"] =
      std::to_string(std::max(index_bits(d.datapath.accumulator_bits + 1), index_bits(left + 1)));
  v["int8_wide_bits"] = std::to_string(d.datapath.accumulator_bits + left + 1);
}

}  // namespace

EmittedFile emit_post_processor_lane(const Design& design) {
  Values v = design_values(design);
  const bool lns = widths::is_lns(design);
  const bool fp8 = widths::is_fp8(design);
  lns ? set_lns(v, design) : fp8 ? set_fp8(v, design) : set_int8(v, design);
  const int stages = design.pipeline.post_process - 1;
  const int inner = std::min(stages, lns ? 2 : 1);  // registers between the steps; more follow at the end
  v["normalise_register"] = inner >= 1 ? "1" : "0";
  v["compare_register"] = inner >= 2 ? "1" : "0";
  v["end_registers"] =
      pipeline_registers("converted word", {{"WordWidth", "word", "word_q"}}, stages - inner, inner);
  return emit_module(design, "post_processor_lane",
                     fp8 ? embedded::fp_post_processor_lane_sv : embedded::post_processor_lane_sv, v);
}

EmittedFile emit_post_processor(const Design& design) {
  return emit_module(design, "post_processor", embedded::post_processor_sv, design_values(design));
}

}  // namespace napier::rtl
