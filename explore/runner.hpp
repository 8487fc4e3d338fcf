#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "explore/stage.hpp"

namespace napier::explore {

/// The stages of one design, in order; each needs the ones before it.
struct Plan {
  std::string name;
  std::vector<Stage> stages;
};

struct PlanOutcome {
  std::string name;
  std::vector<StageOutcome> stages;  ///< one a stage that was reached; a failed one is the last

  bool held() const { return stages.empty() || stages.back().exit_code == 0; }
};

/// Runs all plans, at most `jobs` at a time, and shows progress on standard error. A failing stage ends its
/// own plan only. Outcomes are in the order of the plans. `root` is as in run_stage. Throws Interrupted on
/// Ctrl-C, once the running stages have stopped.
std::vector<PlanOutcome> run_plans(const std::vector<Plan>& plans, const std::filesystem::path& root,
                                   int jobs);

}  // namespace napier::explore
