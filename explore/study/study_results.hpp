#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "explore/plot/chart.hpp"
#include "explore/study/points.hpp"

/// What a study found, as its tables, its chart and its page show it.
namespace napier::explore {

/// A number that every run of a study reports.
struct StudyMetric {
  std::string name;         ///< as in stats.json
  std::string unit;         ///< "" where it has none
  std::string description;  ///< one line

  /// Name and unit as a column: "train_loss_nats".
  std::string column() const;
  /// For headings: "Train loss, nats".
  std::string title() const;
};

struct StudyRunResult {
  std::string variant;
  std::vector<std::string> values;  ///< labels, one an axis; empty for a reference
  bool reference = false;
  std::uint32_t seed = 0;
  std::string folder;  ///< below the study's: "runs/0123456789abcdef"
  std::string state;   ///< "finished", "failed", "not reached"
  int exit_code = 0;
  std::string message;                                   ///< why it failed
  std::vector<std::optional<double>> values_of_metrics;  ///< one a metric of the study
};

/// A metric over the seeds of a point.
struct Spread {
  int count = 0;  ///< runs that have it, at least one
  double mean = 0.0;
  double deviation = 0.0;  ///< of a sample (count - 1); 0 for one run
  double min = 0.0;
  double max = 0.0;
};

/// `values` is not empty.
Spread spread_of(const std::vector<double>& values);

/// All seeds of one combination.
struct StudyPoint {
  std::string variant;
  std::vector<std::string> values;
  bool reference = false;
  std::vector<std::optional<Spread>> metrics;  ///< one a metric; none where no run has it
};

struct StudyAxisLabels {
  std::string key;
  std::string title;
  std::vector<std::string> labels;
  bool logarithmic = false;
};

struct StudyResults {
  std::string name;
  std::string title;
  std::string command;  ///< as to be typed; $OUT stands for the output folder
  std::vector<std::uint32_t> seeds;
  std::vector<StudyAxisLabels> axes;
  std::vector<StudyMetric> metrics;
  std::vector<StudyRunResult> runs;
  std::vector<StudyPoint> points;  ///< in the order of the runs
};

/// Writes study.json, from which and the runs' folders collect_study makes the results.
void write_study_manifest(const LoadedStudy& loaded, const std::string& command,
                          const std::filesystem::path& folder);

/// True where the folder holds a study's study.json.
bool is_study_folder(const std::filesystem::path& folder);

/// Reads what the runs left. A run that has not finished leaves its numbers empty. InputError where no
/// finished run has a metric, with those that there are.
StudyResults collect_study(const std::filesystem::path& folder);

/// Throws an Error with the gravest exit code where a run failed.
void require_all_finished(const StudyResults& results, const std::filesystem::path& folder);

}  // namespace napier::explore
