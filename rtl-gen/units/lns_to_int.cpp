#include "rtl-gen/units/lns_to_int.hpp"

#include <algorithm>
#include <bit>

#include "models/design/widths.hpp"
#include "models/format/constants.hpp"
#include "rtl-gen/design_values.hpp"
#include "rtl-gen/module.hpp"
#include "rtl-gen/templates.hpp"
#include "rtl-gen/text/numbers.hpp"

namespace napier::rtl {

namespace {

/// One line a remainder: its constant 2^(r/gamma).
std::string mantissa_cases(int gamma_log2, const std::vector<std::uint32_t>& constants, int bits) {
  std::string text;
  for (std::size_t r = 0; r < constants.size(); ++r) {
    text += literal(gamma_log2, r) + ": mantissa = " + literal(bits, constants[r]) + ";\n";
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

/// mantissa << quotient as far as it matters: a mux for each bit of the quotient, least shift first, so that
/// the word is still narrow. `align` places the mantissa where a quotient of all ones has it.
std::string shift_steps(int quotient_bits, int width, int align) {
  const std::string amount = std::to_string(align < 0 ? -align : align);
  std::string text = "logic [ShiftedWidth-1:0] aligned;\nassign aligned = ";
  text += align < 0 ? "ShiftedWidth'(mantissa >> " + amount + ");\n"
                    : "ShiftedWidth'(mantissa) << " + amount + ";\n";
  int last = 0;  // the largest step that leaves anything
  while (last + 1 < quotient_bits && (1 << (last + 1)) < width) ++last;
  std::string from = "aligned";
  for (int k = 0; k < last; ++k) {
    const std::string to = "shifted_" + std::to_string(1 << k);
    text += "logic [ShiftedWidth-1:0] " + to + ";\n";
    text += "assign " + to + " = quotient[" + std::to_string(k) + "] ? " + from + " : " + from + " >> " +
            std::to_string(1 << k) + ";\n";
    from = to;
  }
  const std::string bit = "quotient[" + std::to_string(last) + "]";
  std::string kept = "!zero_i";
  if (last + 1 < quotient_bits) kept += " && (&quotient[QuotientWidth-1:" + std::to_string(last + 1) + "])";
  text += "logic stays, moves;\nassign stays = " + kept + " && " + bit + ";\nassign moves = " + kept +
          " && !" + bit + ";\n";
  text += "logic [ResultWidth-1:0] shifted;\nassign shifted = ResultWidth'(({ShiftedWidth{stays}} & " + from +
          ") | ({ShiftedWidth{moves}} & (" + from + " >> " + std::to_string(1 << last) + ")));\n";
  return text;
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
  const int quotient_bits = widths::product_bits(design) - f.gamma_log2;
  const int top = (1 << quotient_bits) - 1 - f.max_quotient();  // octaves that no two codes reach
  const int width = p.term_bits + 1 + top + (half_up ? 1 : 0);
  v["result_bits"] = std::to_string(width - top);
  v["result_reason"] = half_up ? "a term and the bit below it, which rounds it" : "what a term can be";
  v["shifted_bits"] = std::to_string(width);
  v["shifted_reason"] = top > 0 ? "and the octave of a quotient that no two codes have" : "nothing above it";
  v["shift_steps"] = shift_steps(quotient_bits, width, p.term_bits - fraction + top + (half_up ? 1 : 0));
  v["mantissa_fraction"] = std::to_string(fraction);
  // With few fraction bits the last constant is rounded up to 2: a bit more.
  const std::vector<std::uint32_t> constants = octave_constants(f.gamma_log2, p.const_bits);
  const int mantissa_bits =
      table ? std::max(fraction + 1, static_cast<int>(std::bit_width(constants.back()))) : fraction + 1;
  v["mantissa_bits"] = std::to_string(mantissa_bits);
  v["mantissa_cases"] = table ? mantissa_cases(f.gamma_log2, constants, mantissa_bits) : "";
  v["mantissa_expression"] = per_element ? literal(p.const_bits + 1, std::uint64_t{1} << p.const_bits)
                                         : mitchell_mantissa(f.gamma_log2, widths::bin_bits(design));
  return emit_module(design, "lns_to_int", embedded::lns_to_int_sv, v);
}

}  // namespace napier::rtl
