#include "explore/run_sweep.hpp"

#include <chrono>
#include <ctime>
#include <nlohmann/json.hpp>

#include "explore/collect.hpp"
#include "explore/manifest.hpp"
#include "explore/plan.hpp"
#include "explore/runner.hpp"
#include "models/base/error.hpp"
#include "models/base/files.hpp"

namespace napier::explore {
namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
namespace {

std::string now() {
  const std::time_t time = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&time, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

/// What differs from run to run stands here and nowhere else.
void write_run_file(const SweepRun& run, const std::string& started, double seconds,
                    const std::vector<Plan>& plans, const std::vector<PlanOutcome>& outcomes) {
  Json stages = Json::array();
  for (std::size_t i = 0; i < plans.size(); ++i) {
    for (std::size_t k = 0; k < outcomes[i].stages.size(); ++k) {
      const StageOutcome& outcome = outcomes[i].stages[k];
      stages.push_back({{"design", plans[i].name},
                        {"stage", plans[i].stages[k].name},
                        {"exit_code", outcome.exit_code},
                        {"done_before", outcome.reused},
                        {"wall_seconds", outcome.seconds}});
    }
  }
  const Json json{{"napier", run.version},
                  {"started", started},
                  {"wall_seconds", seconds},
                  {"jobs", run.jobs},
                  {"stages", stages}};
  write_file(run.folder / "run.json", json.dump(2) + "\n");
}

/// A bug is graver than a mismatch, a mismatch graver than a missing tool, that graver than bad input.
int gravity(ExitCode code) {
  switch (code) {
    case ExitCode::kHeld:
      return 0;
    case ExitCode::kBadInput:
      return 1;
    case ExitCode::kToolFailed:
      return 2;
    case ExitCode::kMismatch:
      return 3;
    default:
      return 4;
  }
}

void report_failures(const SweepRun& run, const std::vector<PlanOutcome>& outcomes) {
  ExitCode gravest = ExitCode::kHeld;
  std::string names;
  for (const PlanOutcome& outcome : outcomes) {
    if (outcome.held()) continue;
    ExitCode code = static_cast<ExitCode>(outcome.stages.back().exit_code);
    if (gravity(code) == 4) code = ExitCode::kInternal;
    if (gravity(code) > gravity(gravest)) gravest = code;
    names += (names.empty() ? "" : ", ") + outcome.name;
  }
  if (gravest == ExitCode::kHeld) return;
  throw Error(
      gravest,
      "these designs failed: " + names + "; " + (run.folder / "report.html").string() +
          " says where and why, and holds the results of the others. The same command tries them again");
}

}  // namespace

void run_sweep(const SweepRun& run) {
  const std::string started = now();
  const auto start = std::chrono::steady_clock::now();
  const LoadedSweep loaded = read_sweep(run.file);
  open_output_folder(run.folder, "sweep");

  std::vector<Plan> plans;
  for (const Point& point : loaded.points) {
    plans.push_back(plan_point(loaded.sweep, point, run.folder, run.program));
  }
  for (const Point& point : loaded.reference) {
    plans.push_back(plan_reference(loaded.sweep, point, run.folder, run.program));
  }
  for (const Plan& plan : plans) fs::create_directories(PointFolder(run.folder, plan.name).root);
  write_manifest(make_manifest(loaded, run.file, run.folder, plans), run.folder);

  const std::vector<PlanOutcome> outcomes = run_plans(plans, run.folder, run.jobs);
  write_results(collect_results(run.folder), run.folder);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  write_run_file(run, started, seconds.count(), plans, outcomes);
  report_failures(run, outcomes);
}

}  // namespace napier::explore
