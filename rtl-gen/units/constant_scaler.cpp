#include "rtl-gen/units/constant_scaler.hpp"

#include "models/design/widths.hpp"
#include "models/units/constant_scaler.hpp"
#include "rtl-gen/design_values.hpp"
#include "rtl-gen/module.hpp"
#include "rtl-gen/templates.hpp"
#include "rtl-gen/text/numbers.hpp"

namespace napier::rtl {

namespace {

/// One signed digit of a number: plus or minus 2^shift.
struct Digit {
  int shift;
  bool negative;
};

/// Canonical signed digits, most significant first: no two neighbours are both non-zero, so that a constant
/// takes the fewest adders.
std::vector<Digit> signed_digits(std::uint64_t value) {
  std::vector<Digit> digits;
  for (int shift = 0; value != 0; ++shift, value >>= 1) {
    if ((value & 1) == 0) continue;
    const bool negative = (value & 3) == 3;
    digits.push_back({shift, negative});
    if (negative) value += 1;
  }
  return {digits.rbegin(), digits.rend()};
}

/// "+ (bin_1 <<< 8) ..." of one constant. The first digit is always positive.
std::string scaled_bin(const std::string& bin, std::uint64_t constant) {
  std::string text;
  for (const Digit& digit : signed_digits(constant)) {
    text += digit.negative ? " - " : text.empty() ? "" : " + ";
    text += "(" + bin + " <<< " + std::to_string(digit.shift) + ")";
  }
  return text;
}

}  // namespace

EmittedFile emit_constant_scaler(const Design& design) {
  Values v = design_values(design);
  const ConstantScaler scaler(design);
  const std::vector<std::uint32_t>& constants = scaler.constants();
  std::string declarations, terms;
  for (std::size_t k = 0; k < constants.size(); ++k) {
    const std::string index = std::to_string(k);
    const std::string bin = "bin_" + index;
    declarations += "logic signed [ScaledWidth-1:0] " + bin + ";\n";
    declarations +=
        "assign " + bin + " = ScaledWidth'($signed(sum_i[" + index + "*BinSumWidth +: BinSumWidth]));\n";
    terms += (k == 0 ? "  " : "+ ") + ("(" + scaled_bin(bin, constants[k]) + ")") +
             (k + 1 == constants.size() ? ";" : "") + "  // " + std::to_string(constants[k]) + "\n";
  }
  v["bin_sums"] = declarations;
  v["scaled_terms"] = terms;
  return emit_module(design, "constant_scaler", embedded::constant_scaler_sv, v);
}

}  // namespace napier::rtl
