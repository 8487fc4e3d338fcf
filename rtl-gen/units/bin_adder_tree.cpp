#include "rtl-gen/units/bin_adder_tree.hpp"

#include "models/design/widths.hpp"
#include "rtl-gen/design_values.hpp"
#include "rtl-gen/module.hpp"
#include "rtl-gen/templates.hpp"

namespace napier::rtl {

EmittedFile emit_bin_adder_tree(const Design& design) {
  Values v = design_values(design);
  const int guard = widths::ceil_log2(design.datapath.vector);
  const std::string terms = "a term, " + std::to_string(guard) + " bits for the vector";
  v["bin_sum_reason"] = widths::has_terms(design) ? terms + ", a sign" : terms;
  v["tree_text"] = widths::bins(design) > 1 ? "those of each bin on their own: " + v.at("bins") + " sums"
                                            : std::string("all in one bin");
  return emit_module(design, "bin_adder_tree", embedded::bin_adder_tree_sv, v);
}

}  // namespace napier::rtl
