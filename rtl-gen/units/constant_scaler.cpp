#include "rtl-gen/units/constant_scaler.hpp"

#include "models/design/widths.hpp"
#include "models/units/constant_scaler.hpp"
#include "rtl-gen/arithmetic/compressor_tree.hpp"
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

}  // namespace

EmittedFile emit_constant_scaler(const Design& design) {
  Values v = design_values(design);
  const ConstantScaler scaler(design);
  const std::vector<std::uint32_t>& constants = scaler.constants();
  const int bits = widths::bin_sum_bits(design);
  CompressorTree tree(widths::scaled_sum_bits(design), "");
  std::string rows;
  for (std::size_t k = 0; k < constants.size(); ++k) {
    const std::string index = std::to_string(k), bin = "bin_" + index;
    std::string declared, assigned, meaning;
    for (const Digit& digit : signed_digits(constants[k])) {
      const std::string shift = std::to_string(digit.shift), row = bin + "_digit_" + shift;
      // v = {!v_sign, v_rest} - 2^(bits-1), -v = {v_sign, ~v_rest} + 1 - 2^(bits-1).
      declared += (declared.empty() ? "" : ", ") + row;
      assigned +=
          "assign " + row + " = " + bin + " ^ " +
          (digit.negative ? "{1'b0, {(BinSumWidth-1){1'b1}}};\n" : "{1'b1, {(BinSumWidth-1){1'b0}}};\n");
      meaning += (digit.negative ? " - 2^" : meaning.empty() ? " 2^" : " + 2^") + shift;
      tree.add(row, digit.shift, bits);
      tree.add_constant((digit.negative ? std::uint64_t{1} << digit.shift : 0) -
                        (std::uint64_t{1} << (digit.shift + bits - 1)));
    }
    rows += "// " + std::to_string(constants[k]) + " =" + meaning + "\n";
    rows += "logic [BinSumWidth-1:0] " + bin + ", " + declared + ";\n";
    rows += "assign " + bin + " = sum_i[" + index + "*BinSumWidth +: BinSumWidth];\n" + assigned;
  }
  v["rows"] = rows;
  v["tree"] = tree.sum("scaled");
  v["dropped"] = std::to_string(design.datapath.const_bits);
  return emit_module(design, "constant_scaler", embedded::constant_scaler_sv, v);
}

}  // namespace napier::rtl
