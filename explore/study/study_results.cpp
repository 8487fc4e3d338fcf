#include "explore/study/study_results.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <nlohmann/json.hpp>

#include "explore/gravity.hpp"
#include "explore/json_file.hpp"
#include "explore/stage.hpp"
#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/config/nearest.hpp"

namespace napier::explore {
namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
namespace {

const char* const kFile = "study.json";

/// The numbers of one run, read from its stats.json as they are asked for.
class RunNumbers {
 public:
  explicit RunNumbers(const fs::path& file) {
    for (const JsonFile& row : JsonFile(file).elements()) {
      known_.push_back({row.text("name"), row.text("unit"), row.text("description")});
      values_.push_back(row.number("value"));
    }
  }

  const std::vector<StudyMetric>& known() const { return known_; }

  std::optional<double> value(const std::string& name) const {
    for (std::size_t i = 0; i < known_.size(); ++i) {
      if (known_[i].name == name) return values_[i];
    }
    return std::nullopt;
  }

 private:
  std::vector<StudyMetric> known_;
  std::vector<double> values_;
};

StudyRunResult read_run(const JsonFile& json) {
  StudyRunResult run;
  run.variant = json.text("variant");
  run.values = json.texts("values");
  run.reference = json.text("kind") == "reference";
  run.seed = static_cast<std::uint32_t>(json.number("seed"));
  run.folder = json.text("folder");
  return run;
}

/// How the run ended, and its numbers where it finished. A result that does not read counts as a failure.
std::optional<RunNumbers> read_state(StudyRunResult& run, const fs::path& folder) {
  const fs::path stage = folder / run.folder / "train";
  const StageRecord record = read_stage_record(stage);
  run.state = record.state == "finished" || record.state == "failed" ? record.state : "not reached";
  run.exit_code = record.exit_code;
  run.message = record.message;
  if (run.state != "finished") return std::nullopt;
  try {
    return RunNumbers(stage / "stats.json");
  } catch (const InputError& error) {
    run.state = "failed";
    run.exit_code = static_cast<int>(ExitCode::kInternal);
    run.message = error.what();
    return std::nullopt;
  }
}

/// Unit and description of the metrics, from the first run that has each.
std::vector<StudyMetric> describe_metrics(const std::vector<std::string>& names,
                                          const std::vector<std::optional<RunNumbers>>& numbers) {
  std::vector<StudyMetric> metrics;
  std::vector<std::string> known;
  for (const std::string& name : names) {
    metrics.push_back({name, "", ""});
    bool found = false;
    for (const auto& run : numbers) {
      if (!run) continue;
      for (const StudyMetric& metric : run->known()) {
        known.push_back(metric.name);
        if (found || metric.name != name) continue;
        metrics.back() = metric;
        found = true;
      }
    }
    if (found || known.empty()) continue;
    std::sort(known.begin(), known.end());
    known.erase(std::unique(known.begin(), known.end()), known.end());
    std::string message =
        "metrics: no run has a number '" + name + "'" + config::suggestion(name, known) + "; there are:";
    for (const std::string& other : known) message += " " + other;
    throw InputError(message);
  }
  return metrics;
}

std::vector<StudyPoint> points_of(const std::vector<StudyRunResult>& runs, std::size_t metrics) {
  std::vector<StudyPoint> points;
  for (std::size_t begin = 0; begin < runs.size();) {
    std::size_t end = begin;
    const auto same_point = [&](const StudyRunResult& run) {
      return run.variant == runs[begin].variant && run.values == runs[begin].values;
    };
    while (end < runs.size() && same_point(runs[end])) ++end;
    StudyPoint point{runs[begin].variant, runs[begin].values, runs[begin].reference, {}};
    for (std::size_t m = 0; m < metrics; ++m) {
      std::vector<double> values;
      for (std::size_t i = begin; i < end; ++i) {
        if (runs[i].values_of_metrics[m]) values.push_back(*runs[i].values_of_metrics[m]);
      }
      point.metrics.push_back(values.empty() ? std::nullopt : std::optional(spread_of(values)));
    }
    points.push_back(std::move(point));
    begin = end;
  }
  return points;
}

}  // namespace

std::string StudyMetric::column() const {
  if (unit.empty()) return name;
  return name + (unit == "%" ? (name.ends_with("_percent") ? "" : "_percent") : "_" + unit);
}

std::string StudyMetric::title() const {
  std::string text = name.ends_with("_percent") ? name.substr(0, name.size() - 8) : name;
  std::replace(text.begin(), text.end(), '_', ' ');
  text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text + (unit.empty() ? "" : ", " + unit);
}

Spread spread_of(const std::vector<double>& values) {
  Spread spread{static_cast<int>(values.size()), 0, 0, values.at(0), values.at(0)};
  for (const double value : values) {
    spread.mean += value / spread.count;
    spread.min = std::min(spread.min, value);
    spread.max = std::max(spread.max, value);
  }
  double squares = 0;
  for (const double value : values) squares += (value - spread.mean) * (value - spread.mean);
  if (spread.count > 1) spread.deviation = std::sqrt(squares / (spread.count - 1));
  return spread;
}

void write_study_manifest(const LoadedStudy& loaded, const std::string& command, const fs::path& folder) {
  const Study& study = loaded.study;
  Json axes = Json::array();
  for (const StudyAxis& axis : study.axes) {
    axes.push_back({{"key", axis.key},
                    {"title", axis.title},
                    {"labels", labels_of(axis)},
                    {"scale", axis.logarithmic ? "logarithmic" : "linear"}});
  }
  Json runs = Json::array();
  for (const StudyRun& run : loaded.runs) {
    runs.push_back({{"variant", run.variant},
                    {"values", run.values},
                    {"kind", run.reference ? "reference" : "point"},
                    {"seed", run.seed},
                    {"folder", run_folder(run.digest)}});
  }
  const Json json{{"name", study.name},       {"title", study.title}, {"command", command},
                  {"metrics", study.metrics}, {"axes", axes},         {"runs", runs}};
  write_file(folder / kFile, json.dump(2) + "\n");
}

bool is_study_folder(const fs::path& folder) { return fs::exists(folder / kFile); }

StudyResults collect_study(const fs::path& folder) {
  if (!is_study_folder(folder)) {
    throw InputError("'" + folder.string() + "' is not the output folder of a study: it has no " + kFile +
                     "; name the folder that 'napier study ... -o' was given");
  }
  const JsonFile json(folder / kFile);
  StudyResults results;
  results.name = json.text("name");
  results.title = json.text("title");
  results.command = json.text("command");
  for (const JsonFile& axis : json.list("axes")) {
    results.axes.push_back(
        {axis.text("key"), axis.text("title"), axis.texts("labels"), axis.text("scale") == "logarithmic"});
  }
  std::vector<std::optional<RunNumbers>> numbers;
  for (const JsonFile& entry : json.list("runs")) {
    StudyRunResult run = read_run(entry);
    numbers.push_back(read_state(run, folder));
    const bool new_seed =
        std::find(results.seeds.begin(), results.seeds.end(), run.seed) == results.seeds.end();
    if (new_seed) results.seeds.push_back(run.seed);
    results.runs.push_back(std::move(run));
  }
  results.metrics = describe_metrics(json.texts("metrics"), numbers);
  for (std::size_t i = 0; i < results.runs.size(); ++i) {
    for (const StudyMetric& metric : results.metrics) {
      results.runs[i].values_of_metrics.push_back(numbers[i] ? numbers[i]->value(metric.name) : std::nullopt);
    }
  }
  results.points = points_of(results.runs, results.metrics.size());
  return results;
}

void require_all_finished(const StudyResults& results, const fs::path& folder) {
  ExitCode gravest = ExitCode::kHeld;
  int failed = 0;
  for (const StudyRunResult& run : results.runs) {
    if (run.state != "failed") continue;
    gravest = graver(gravest, run.exit_code);
    ++failed;
  }
  if (gravest == ExitCode::kHeld) return;
  throw Error(gravest,
              std::to_string(failed) + " of " + std::to_string(results.runs.size()) + " runs failed; " +
                  (folder / "runs.csv").string() +
                  " says which and why, the tables hold the others. The same study command tries them "
                  "again");
}

}  // namespace napier::explore
