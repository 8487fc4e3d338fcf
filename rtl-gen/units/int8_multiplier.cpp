#include "rtl-gen/units/int8_multiplier.hpp"

#include "models/design/widths.hpp"
#include "rtl-gen/arithmetic/compressor_tree.hpp"
#include "rtl-gen/arithmetic/row_words.hpp"
#include "rtl-gen/design_values.hpp"
#include "rtl-gen/module.hpp"
#include "rtl-gen/templates.hpp"

namespace napier::rtl {
namespace {

/// Sum of the partial products row_0 ..., operand_bits rows a pair.
std::string partial_product_tree(int pairs, int operand_bits, int width, const std::string& result) {
  CompressorTree tree(width, "");
  for (int i = 0; i < pairs * operand_bits; ++i) {
    tree.add("row_" + std::to_string(i), i % operand_bits, operand_bits);
  }
  const std::uint64_t one = 1, pair = (one << operand_bits) - (one << (2 * operand_bits - 1));
  tree.add_constant(static_cast<std::uint64_t>(pairs) * pair);
  return tree.sum(result);
}

}  // namespace

bool has_dot_product(const Design& design) {
  return !widths::has_terms(design) && design.pipeline.multiply == 0;
}

EmittedFile emit_int8_multiplier(const Design& design) {
  Values v = design_values(design);
  const int bits = design.format.bits;
  v["rows"] = row_words("rows", "row_", "OperandWidth", bits);
  v["tree"] = partial_product_tree(1, bits, 2 * bits, "product_o");
  return emit_module(design, "int8_multiplier", embedded::int8_multiplier_sv, v);
}

EmittedFile emit_int8_dot_product(const Design& design) {
  Values v = design_values(design);
  const int bits = design.format.bits, vector = design.datapath.vector;
  v["guard_bits"] = std::to_string(widths::ceil_log2(vector));
  v["rows"] = row_words("rows", "row_", "OperandWidth", vector * bits);
  v["tree"] = partial_product_tree(vector, bits, widths::bin_sum_bits(design), "sum_o");
  return emit_module(design, "int8_dot_product", embedded::int8_dot_product_sv, v);
}

}  // namespace napier::rtl
