#pragma once
#include <filesystem>
#include <optional>

#include "models/trace/trace.hpp"
#include "models/train/experiment.hpp"

namespace napier {

struct RunState;

/// Gathers the records of the steps that an experiment selects, over interruptions, and writes the trace once
/// the last of them is done.
class TraceCollector {
 public:
  /// `file`: the trace to write, or nothing. `folder`: the run's, where records wait while a run is
  /// interrupted. `total`: steps of the run; a selected step beyond them is an InputError, and so is a
  /// continued run whose selected steps were done without a trace.
  TraceCollector(const Experiment& experiment, const Design& design,
                 std::optional<std::filesystem::path> file, const std::filesystem::path& folder,
                 const RunState& state, std::int64_t total);

  /// Where this step's records go; null where it is not selected.
  Trace* of_step(std::int64_t step);
  /// After each step: counts it, and writes the trace after the last selected one.
  void finish_step(std::int64_t step, RunState& state);
  /// Before each checkpoint: keeps the records so far, or removes them once they are in the trace.
  void keep_partial() const;

 private:
  bool selected(std::int64_t step) const;
  std::vector<std::int64_t> steps_;
  std::optional<std::filesystem::path> file_;
  std::filesystem::path partial_;
  Trace trace_;
};

}  // namespace napier
