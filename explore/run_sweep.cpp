#include "explore/run_sweep.hpp"

#include <chrono>
#include <ctime>
#include <nlohmann/json.hpp>

#include "explore/collect.hpp"
#include "explore/manifest.hpp"
#include "explore/plan.hpp"
#include "explore/runner.hpp"
#include "explore/stage.hpp"
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

/// A stage that ended well but left results that do not fit together is on record as failed from now on, so
/// that the same command tries it again.
void record_failures(const SweepRun& run, const Results& results) {
  const auto record = [&run](const std::string& design, const StageReport& stage) {
    if (stage.state == "failed")
      record_failure(PointFolder(run.folder, design).stage(stage.name), stage.exit_code, stage.message);
  };
  for (const DesignReport& design : results.designs) {
    for (const StageReport& stage : design.stages) record(design.name, stage);
  }
  if (results.reference) record(results.reference->name, results.reference->stage);
}

}  // namespace

void run_sweep(const SweepRun& run) {
  const std::string started = now();
  const auto start = std::chrono::steady_clock::now();
  const LoadedSweep loaded = read_sweep(run.file);
  open_output_folder(run.folder, "sweep");

  std::vector<Plan> plans;
  for (const Point& point : loaded.points) {
    plans.push_back(plan_point(loaded, point, run.folder, run.program));
  }
  for (const Point& point : loaded.reference) {
    plans.push_back(plan_reference(loaded, point, run.folder, run.program));
  }
  for (const Plan& plan : plans) fs::create_directories(PointFolder(run.folder, plan.name).root);
  write_manifest(make_manifest(loaded, run.file, run.folder, plans), run.folder);

  const std::vector<PlanOutcome> outcomes = run_plans(plans, run.folder, run.jobs);
  const Results results = collect_results(run.folder);
  write_results(results, run.folder);
  record_failures(run, results);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  write_run_file(run, started, seconds.count(), plans, outcomes);
  require_all_held(results, run.folder);
}

}  // namespace napier::explore
