#include "rtl-gen/units/bin_adder_tree.hpp"

#include "models/design/widths.hpp"
#include "rtl-gen/arithmetic/compressor_tree.hpp"
#include "rtl-gen/arithmetic/row_words.hpp"
#include "rtl-gen/design_values.hpp"
#include "rtl-gen/module.hpp"
#include "rtl-gen/templates.hpp"

namespace napier::rtl {
namespace {

/// Sum of the words PREFIXrow_0 ... of `bits` bits, and of `constant`.
std::string tree(const Design& d, const std::string& prefix, int width, int bits, bool signs,
                 std::uint64_t constant, const std::string& result) {
  CompressorTree tree(width, prefix);
  for (int i = 0; i < d.datapath.vector; ++i) {
    tree.add(prefix + "row_" + std::to_string(i), 0, bits);
    if (signs) tree.add_bit("negative[" + std::to_string(i) + "]", 0);
  }
  tree.add_constant(constant);
  return tree.sum(result);
}

/// -vector * 2^column, modulo 2^64.
std::uint64_t minus_vector(const Design& d, int column) {
  return -(static_cast<std::uint64_t>(d.datapath.vector) << column);
}

}  // namespace

EmittedFile emit_bin_adder_tree(const Design& design) {
  Values v = design_values(design);
  const int vector = design.datapath.vector, term = widths::term_bits(design),
            sum = widths::bin_sum_bits(design);
  const bool has_terms = widths::has_terms(design);
  const std::string terms = "a term, " + std::to_string(widths::ceil_log2(vector)) + " bits for the vector";
  v["bin_sum_reason"] = has_terms ? terms + ", a sign" : terms;
  v["tree_text"] = widths::bins(design) > 1 ? "those of each bin on their own: " + v.at("bins") + " sums"
                                            : std::string("all in one bin");
  if (widths::is_lns(design) && design.datapath.style == ConversionStyle::kSplitSign) {
    for (const std::string sign : {"positive", "negative"}) {
      v[sign + "_rows"] = row_words(sign, sign + "_row_", "TermWidth", vector);
      v[sign + "_tree"] = tree(design, sign + "_", sum - 1, term, false, 0, sign + "_sum");
    }
  } else {
    v["rows"] = row_words("rows", "row_", has_terms ? "RowWidth" : "TermWidth", vector);
    v["tree"] = has_terms ? tree(design, "", sum, term + 1, true, minus_vector(design, term), "sum")
                          : tree(design, "", sum, term, false, minus_vector(design, term - 1), "sum_o");
  }
  return emit_module(design, "bin_adder_tree", embedded::bin_adder_tree_sv, v);
}

}  // namespace napier::rtl
