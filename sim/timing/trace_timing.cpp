#include "sim/timing/trace_timing.hpp"

#include <chrono>
#include <numeric>

#include "models/design/design_file.hpp"
#include "sim/elaboration.hpp"
#include "sim/timing/element_timing.hpp"

namespace napier::sim {

ElementJob record_job(const Design& design, const GemmRecord& r, const std::string& place) {
  ElementJob job = element_job(design, r.m, r.n, r.k, place);
  job.bias = !r.bias.empty();
  job.mask = !r.mask.empty();
  job.row_scales = !r.row_scales.empty();
  return job;
}

SimResult simulate_timing(const Design& design, const Trace& trace, const SimOptions& options) {
  check_stall_percent(options.stall_percent);
  require_bare_element(design, "timing without values");
  std::vector<ElementStep> steps;
  for (const GemmRecord& r : trace.gemms) {
    steps.push_back({record_job(design, r, "matrix product " + std::to_string(steps.size())), 1});
  }
  std::vector<std::int64_t> updates;
  for (const UpdateRecord& u : trace.updates) {
    updates.push_back(update_words(design, static_cast<std::int64_t>(u.before.size())));
  }
  const auto start = std::chrono::steady_clock::now();
  const ElementTimingResult timing =
      run_element_timing(design, steps, updates, {options.stall_percent, options.stall_seed});
  SimResult result;
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  result.cycles = timing.cycles;
  result.causes = timing.causes;
  result.update_causes = timing.update_causes;
  for (std::size_t i = 0; i < trace.gemms.size(); ++i) {
    const GemmRecord& r = trace.gemms[i];
    RecordResult record{r.step, r.layer, r.pass, r.m, r.n, r.k};
    record.causes = timing.steps[i];
    record.cycles = std::accumulate(record.causes.begin(), record.causes.end(), std::int64_t{0});
    record.utilisation = utilisation(record.macs(), record.cycles, design);
    result.macs += record.macs();
    result.records.push_back(record);
  }
  result.utilisation = utilisation(result.macs, result.cycles, design);
  return result;
}

}  // namespace napier::sim
