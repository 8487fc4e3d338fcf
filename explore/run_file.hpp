#pragma once
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "explore/runner.hpp"

namespace napier::explore {

/// Times and versions of a run of many stages, kept for run.json: what differs from run to run stands there
/// and nowhere else.
class RunFile {
 public:
  /// Starts the clock. `version`: of the program; `jobs`: plans at a time; `subject`: what a plan is about,
  /// "design".
  RunFile(std::string version, int jobs, std::string subject);

  /// Writes `folder`/run.json.
  void write(const std::filesystem::path& folder, const std::vector<Plan>& plans,
             const std::vector<PlanOutcome>& outcomes) const;

 private:
  std::string version_;
  int jobs_;
  std::string subject_;
  std::string started_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace napier::explore
