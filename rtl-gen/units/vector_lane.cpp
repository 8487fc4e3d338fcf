#include "rtl-gen/units/vector_lane.hpp"

#include "models/design/widths.hpp"
#include "rtl-gen/design_values.hpp"
#include "rtl-gen/module.hpp"
#include "rtl-gen/templates.hpp"
#include "rtl-gen/text/registers.hpp"
#include "rtl-gen/units/int8_multiplier.hpp"

namespace napier::rtl {

EmittedFile emit_vector_lane(const Design& design) {
  const Pipeline& p = design.pipeline;
  Values v = design_values(design);
  int stage = 0;
  const auto registers = [&](const std::string& comment, const std::vector<Piped>& values, int count) {
    const int first = stage;
    stage += count;
    return pipeline_registers(comment, values, count, first);
  };
  v["dot_product"] = has_dot_product(design) ? "1" : "0";
  v["multiply_registers"] =
      registers("after the multipliers", {{"Vector*ProductWidth", "product", "product_q"}}, p.multiply);
  if (widths::has_terms(design)) {
    std::vector<Piped> terms = {{"Vector*MagnitudeWidth", "magnitude", "magnitude_q"},
                                {"Vector", "negative", "negative_q"}};
    if (widths::bin_bits(design) > 0) terms.push_back({"Vector*BinWidth", "bin", "bin_q"});
    v["convert_registers"] = registers("after the conversion", terms, p.convert);
  }
  const std::string sum_width = widths::is_lns(design) ? "Bins*BinSumWidth" : "BinSumWidth";
  v["reduce_registers"] = registers("after the adder tree", {{sum_width, "bin_sum", "bin_sum_q"}}, p.reduce);
  v["octaves_registers"] =
      pipeline_registers("beside the sum", {{"OperandWidth", "octaves_q", "octaves_s"}}, stage, 0);
  if (widths::has_scaler(design)) {
    v["scale_registers"] = registers("after the scaler", {{"SumWidth", "sum", "sum_q"}}, p.scale);
  }
  return emit_module(design, "vector_lane", embedded::vector_lane_sv, v);
}

EmittedFile emit_vector_lanes(const Design& design) {
  Values v = design_values(design);
  v["lane_latency_is_one"] = widths::lane_latency(design) == 1 ? "1" : "0";
  return emit_module(design, "vector_lanes", embedded::vector_lanes_sv, v);
}

}  // namespace napier::rtl
