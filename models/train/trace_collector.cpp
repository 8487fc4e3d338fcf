#include "models/train/trace_collector.hpp"

#include <algorithm>

#include "models/base/error.hpp"
#include "models/base/interrupt.hpp"
#include "models/design/design_file.hpp"
#include "models/train/run_state.hpp"

namespace napier {
namespace fs = std::filesystem;
namespace {

std::string network_name(const NetworkParameters& network) {
  std::string name = "mlp ";
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    name += (i == 0 ? "" : "-") + std::to_string(network.layers[i]);
  }
  return name;
}

}  // namespace

TraceCollector::TraceCollector(const Experiment& experiment, const Design& design,
                               std::optional<fs::path> file, const fs::path& folder, const RunState& state,
                               std::int64_t total)
    : steps_(experiment.trace.steps), file_(std::move(file)), partial_(folder / "trace.part.h5") {
  if (!file_) return;
  require_hardware(design);
  std::sort(steps_.begin(), steps_.end());
  steps_.erase(std::unique(steps_.begin(), steps_.end()), steps_.end());
  if (steps_.empty()) {
    throw InputError("--trace: the experiment selects no steps; list some in trace.steps");
  }
  if (steps_.back() >= total) {
    throw InputError("--trace: trace.steps names step " + std::to_string(steps_.back()) +
                     ", but the run has steps 0 to " + std::to_string(total - 1));
  }
  trace_.design = design;
  trace_.design_text = resolved_yaml(design);
  trace_.design_digest = design_digest(design);
  trace_.network = network_name(experiment.network);
  trace_.experiment = experiment.name;

  const auto due =
      std::count_if(steps_.begin(), steps_.end(), [&](std::int64_t s) { return s < state.step; });
  const bool complete = due == static_cast<std::ptrdiff_t>(steps_.size());
  if (due != state.recorded_steps || (complete && !fs::exists(*file_))) {
    throw InputError("--trace: the run in '" + folder.string() +
                     "' has done selected steps whose records are not in '" + file_->string() +
                     "'; choose another output folder, or the trace file it was started with");
  }
  if (due > 0 && !complete) {
    Trace earlier = read_trace(partial_);
    if (earlier.design_digest != trace_.design_digest) {
      throw InputError("'" + partial_.string() + "' is a trace of another design; remove the output folder");
    }
    // Records newer than the checkpoint: the program was killed between writing the two.
    std::erase_if(earlier.gemms, [&](const GemmRecord& r) { return r.step >= state.step; });
    std::erase_if(earlier.updates, [&](const UpdateRecord& r) { return r.step >= state.step; });
    trace_.gemms = std::move(earlier.gemms);
    trace_.updates = std::move(earlier.updates);
  }
}

bool TraceCollector::selected(std::int64_t step) const {
  return file_ && std::binary_search(steps_.begin(), steps_.end(), step);
}

Trace* TraceCollector::of_step(std::int64_t step) { return selected(step) ? &trace_ : nullptr; }

void TraceCollector::finish_step(std::int64_t step, RunState& state) {
  if (!selected(step)) return;
  ++state.recorded_steps;
  if (step != steps_.back()) return;
  const HoldInterrupt hold;
  write_trace(trace_, *file_);
  trace_.gemms.clear();
  trace_.updates.clear();
}

void TraceCollector::keep_partial() const {
  if (trace_.gemms.empty()) {
    fs::remove(partial_);
    return;
  }
  const HoldInterrupt hold;
  write_trace(trace_, partial_);
}

}  // namespace napier
