#include "cost/units/unit_plan.hpp"

namespace napier::cost {

std::vector<UnitPlan> unit_plans(const Design& design) {
  const std::int64_t lanes = design.datapath.lanes;
  const std::string lane = "napier_vector_lane";
  const std::string collector = "napier_accumulation_collector_lane";
  const std::string post = "napier_post_processor_lane";
  const std::string update = "napier_madam_update_lane";
  std::vector<UnitPlan> plans = {
      {"vector_lane", lane, lanes, {}},
      {"vector_lanes", "napier_vector_lanes", 1, {lane}},
      {"accumulation_collector_lane", collector, lanes, {}},
      {"accumulation_collector", "napier_accumulation_collector", 1, {collector}},
      {"post_processor_lane", post, design.post_processor.lanes, {}},
      {"post_processor", "napier_post_processor", 1, {post}},
  };
  if (design.update.kind == UpdateKind::kMadam) {
    plans.push_back({"madam_update_lane", update, design.update.lanes, {}});
    plans.push_back({"madam_update", "napier_madam_update", 1, {update}});
  }
  plans.push_back({"sequencer", "napier_sequencer", 1, {}});
  return plans;
}

std::string unit_of_module(const std::string& module) {
  const std::string prefix = "napier_";
  return module.starts_with(prefix) ? module.substr(prefix.size()) : module;
}

}  // namespace napier::cost
