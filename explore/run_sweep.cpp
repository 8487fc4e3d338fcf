#include "explore/run_sweep.hpp"

#include "explore/collect.hpp"
#include "explore/manifest.hpp"
#include "explore/plan.hpp"
#include "explore/run_file.hpp"
#include "explore/runner.hpp"
#include "explore/stage.hpp"
#include "models/base/files.hpp"

namespace napier::explore {
namespace fs = std::filesystem;
namespace {

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
  const RunFile run_file(run.version, run.jobs, "design");
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
  run_file.write(run.folder, plans, outcomes);
  require_all_held(results, run.folder);
}

}  // namespace napier::explore
