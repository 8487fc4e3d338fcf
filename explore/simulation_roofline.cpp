#include "explore/simulation_roofline.hpp"

#include "explore/estimate/estimate_results.hpp"
#include "explore/estimate/roofline.hpp"
#include "models/mapping/mapping.hpp"
#include "sim/timing/trace_timing.hpp"

namespace napier::explore {
namespace {

TrainingPass training_pass(Pass pass) {
  switch (pass) {
    case Pass::kForward:
      break;
    case Pass::kInputGradient:
      return TrainingPass::kInputGradient;
    case Pass::kWeightGradient:
      return TrainingPass::kWeightGradient;
  }
  return TrainingPass::kForward;
}

RooflinePoint point(Pass pass, std::int64_t macs, double bytes, std::int64_t cycles) {
  const auto products = static_cast<double>(macs);
  return {training_pass(pass), products / bytes, products / static_cast<double>(cycles)};
}

}  // namespace

void write_simulation_roofline(const Design& d, const Trace& trace, const sim::SimResult& result,
                               const std::filesystem::path& file) {
  Roofline roofline;
  roofline.title = trace.network + " on " + d.name;
  roofline.x = "Multiply-accumulates a byte on the element's channels";
  roofline.roof = "roof: lanes and channels";
  roofline.peak = static_cast<double>(d.datapath.lanes) * d.datapath.vector;
  roofline.slope = channel_bytes_per_cycle(d);
  for (std::size_t i = 0; i < result.records.size(); ++i) {
    const sim::RecordResult& r = result.records[i];
    const ElementEvents events =
        element_events(d, sim::record_job(d, trace.gemms[i], "matrix product " + std::to_string(i)));
    roofline.points.push_back(
        point(r.pass, r.macs(), static_cast<double>(traffic_bits(d, events)) / 8.0, r.cycles));
  }
  write_roofline(roofline, file);
}

void write_simulation_roofline(const Design& d, const Trace& trace, const sim::AcceleratorResult& result,
                               const std::filesystem::path& file) {
  Roofline roofline;
  roofline.title = trace.network + " on " + d.name;
  roofline.x = "Multiply-accumulates a byte of external memory";
  roofline.roof = "roof: lanes and external memory";
  roofline.peak = static_cast<double>(d.array.elements) * d.datapath.lanes * d.datapath.vector;
  roofline.slope = d.memory.dram_bits / 8.0 / d.memory.dram_interval;
  for (const sim::ProductResult& r : result.products) {
    const double bytes = static_cast<double>(r.beats) * d.memory.dram_bits / 8.0;
    if (r.beats > 0) roofline.points.push_back(point(r.pass, r.macs(), bytes, r.cycles));
  }
  write_roofline(roofline, file);
}

}  // namespace napier::explore
