#include "explore/study/run_study.hpp"

#include <set>

#include "explore/gravity.hpp"
#include "explore/run_file.hpp"
#include "explore/runner.hpp"
#include "explore/study/points.hpp"
#include "explore/study/study_page.hpp"
#include "explore/study/study_tables.hpp"
#include "models/base/files.hpp"
#include "models/design/design_file.hpp"
#include "models/train/experiment_file.hpp"

namespace napier::explore {
namespace fs = std::filesystem;
namespace {

/// As progress tells it: "SGD, update.bits 10, seed 2".
std::string label(const Study& study, const StudyRun& run) {
  std::string text = run.variant;
  for (std::size_t i = 0; i < run.values.size(); ++i) {
    text += (text.empty() ? "" : ", ") + study.axes[i].title + " " + run.values[i];
  }
  return text + (text.empty() ? "" : ", ") + "seed " + std::to_string(run.seed);
}

/// Writes the training's files into `folder` and plans it.
Plan plan_training(const StudyRequest& request, const StudyRun& run, const fs::path& folder,
                   const std::string& name) {
  const fs::path experiment = folder / "experiment.yaml";
  const fs::path design = folder / "design.yaml";
  write_file(experiment, resolved_yaml(run.experiment));
  write_file(design, resolved_yaml(run.design));
  Stage stage{"train", {request.program, "train", experiment}, folder / "train", {experiment, design}, {},
              {}};
  stage.inputs.insert(stage.inputs.end(), run.data.begin(), run.data.end());
  stage.arguments.insert(stage.arguments.end(), {"-o", stage.folder});
  stage.haste = {"--threads", std::to_string(request.threads)};
  stage.outputs = {stage.folder / "stats.json", stage.folder / "epochs.csv"};
  return {name, {std::move(stage)}};
}

Plan plan_run(const StudyRequest& request, const Study& study, const StudyRun& run) {
  const fs::path folder = request.folder / run_folder(run.digest);
  Plan plan = plan_training(request, run, folder, label(study, run));
  if (!run.start.empty()) {
    plan.stages.front().inputs.push_back(request.folder / start_folder(run.start) / "weights.npz");
  }
  return plan;
}

Plan plan_start(const StudyRequest& request, const StudyRun& run) {
  const fs::path folder = request.folder / start_folder(run.digest);
  Plan plan = plan_training(request, run, folder, "start, seed " + std::to_string(run.seed));
  Stage& stage = plan.stages.front();
  const fs::path weights = folder / "weights.npz";
  stage.arguments.insert(stage.arguments.end(), {"--dump", weights});
  stage.outputs.push_back(weights);
  return plan;
}

/// Trains what the runs start from. Without it there is nothing to run: a failure ends the study.
void train_starts(const StudyRequest& request, const LoadedStudy& loaded) {
  std::vector<Plan> plans;
  for (const StudyRun& run : loaded.starts) plans.push_back(plan_start(request, run));
  if (plans.empty()) return;
  for (const PlanOutcome& outcome : run_plans(plans, request.folder, request.jobs)) {
    if (outcome.held()) continue;
    const StageOutcome& failed = outcome.stages.back();
    throw Error(graver(ExitCode::kHeld, failed.exit_code),
                outcome.name + " failed: " + failed.message + "; the same study command tries it again");
  }
}

}  // namespace

void run_study(const StudyRequest& request) {
  const RunFile run_file(request.version, request.jobs, "run");
  const LoadedStudy loaded = read_study(request.file);
  open_output_folder(request.folder, "study");
  write_study_manifest(loaded, "napier study " + request.file.string() + " -o $OUT", request.folder);

  train_starts(request, loaded);
  std::vector<Plan> plans;
  std::set<std::string> planned;
  for (const StudyRun& run : loaded.runs) {
    if (planned.insert(run.digest).second) plans.push_back(plan_run(request, loaded.study, run));
  }
  const std::vector<PlanOutcome> outcomes = run_plans(plans, request.folder, request.jobs);
  run_file.write(request.folder, plans, outcomes);
  const StudyResults results = collect_study(request.folder);
  write_study_results(results, request.folder);
  require_all_finished(results, request.folder);
}

void write_study_results(const StudyResults& results, const fs::path& folder) {
  write_file(folder / "runs.csv", runs_csv(results));
  write_file(folder / "summary.csv", summary_csv(results));
  write_file(folder / "table.md", table_markdown(results));
  write_file(folder / "study.html", study_html(results));
  if (has_chart(results)) write_chart_svg(study_chart(results), folder / "plot.svg");
}

}  // namespace napier::explore
