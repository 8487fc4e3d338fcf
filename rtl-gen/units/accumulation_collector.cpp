#include "rtl-gen/units/accumulation_collector.hpp"

#include <algorithm>

#include "models/design/widths.hpp"
#include "rtl-gen/design_values.hpp"
#include "rtl-gen/module.hpp"
#include "rtl-gen/templates.hpp"

namespace napier::rtl {

EmittedFile emit_accumulation_collector_lane(const Design& design) {
  Values v = design_values(design);
  const int exact = std::max(design.datapath.accumulator_bits, widths::sum_bits(design)) + 1;
  v["exact_bits"] = std::to_string(exact);
  v["overflow_text"] =
      design.datapath.overflow == Overflow::kSaturate ? "saturating" : "keeping the low bits";
  return emit_module(design, "accumulation_collector_lane", embedded::accumulation_collector_lane_sv, v);
}

EmittedFile emit_accumulation_collector(const Design& design) {
  return emit_module(design, "accumulation_collector", embedded::accumulation_collector_sv,
                     design_values(design));
}

}  // namespace napier::rtl
