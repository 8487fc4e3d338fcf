#include "rtl-gen/units/lns_to_int.hpp"

#include "models/design/widths.hpp"
#include "models/format/constants.hpp"
#include "rtl-gen/design_values.hpp"
#include "rtl-gen/module.hpp"
#include "rtl-gen/templates.hpp"
#include "rtl-gen/text/numbers.hpp"

namespace napier::rtl {

namespace {

/// One line a remainder: its constant 2^(r/gamma).
std::string mantissa_cases(int gamma_log2, int const_bits) {
  std::string text;
  const std::vector<std::uint32_t> constants = octave_constants(gamma_log2, const_bits);
  for (std::size_t r = 0; r < constants.size(); ++r) {
    text += literal(gamma_log2, r) + ": mantissa = " + literal(const_bits + 1, constants[r]) + ";\n";
  }
  return text;
}

/// gamma + the remainder bits below the bin, as a concatenation.
std::string mitchell_mantissa(int gamma_log2, int bin_bits) {
  const int low = gamma_log2 - bin_bits;
  std::vector<std::string> parts = {"1'b1"};
  if (bin_bits > 0) parts.push_back(literal(bin_bits, 0));
  if (low > 0) parts.push_back("exponent_i[" + std::to_string(low - 1) + ":0]");
  return "{" + join(parts, ", ") + "}";
}

}  // namespace

EmittedFile emit_lns_to_int(const Design& design) {
  const LnsFormat f(design.format);
  const Datapath& p = design.datapath;
  const bool per_element = p.style == ConversionStyle::kPerElement;
  const bool half_up = p.term_rounding == TermRounding::kHalfUp && widths::term_shift(design) > 0;
  const int fraction = per_element ? p.const_bits : f.gamma_log2;
  const bool table = per_element && f.gamma_log2 > 0;
  Values v = design_values(design);
  v["per_element"] = per_element ? "1" : "0";
  v["table_mantissa"] = table ? "1" : "0";
  v["half_up"] = half_up ? "1" : "0";
  v["rounding_text"] = half_up ? "half a unit rounded up" : "the rest dropped";
  v["term_fraction"] = std::to_string(p.term_bits);
  v["term_fraction_plus_1"] = std::to_string(p.term_bits + 1);
  v["term_shift"] = std::to_string(widths::term_shift(design));
  v["mantissa_fraction"] = std::to_string(fraction);
  v["mantissa_bits"] = std::to_string(fraction + 1);
  v["mantissa_cases"] = table ? mantissa_cases(f.gamma_log2, p.const_bits) : "";
  v["mantissa_expression"] = per_element ? literal(p.const_bits + 1, std::uint64_t{1} << p.const_bits)
                                         : mitchell_mantissa(f.gamma_log2, widths::bin_bits(design));
  return emit_module(design, "lns_to_int", embedded::lns_to_int_sv, v);
}

}  // namespace napier::rtl
