#pragma once
#include <filesystem>
#include <string>

#include "explore/study/study_results.hpp"

namespace napier::explore {

struct StudyRequest {
  std::filesystem::path file;     ///< study description
  std::filesystem::path folder;   ///< output folder; one of an earlier run is continued
  std::filesystem::path program;  ///< the napier program, run once a training
  std::string version;            ///< of the program, for run.json
  int jobs = 1;                   ///< trainings at a time
  int threads = 1;                ///< of each training; results do not depend on it
};

/// Runs a study and writes study.json, runs.csv, summary.csv, table.md, study.html, plot.svg and run.json.
/// Where trainings failed, all of it is written, and an Error with the gravest exit code is thrown. Throws
/// Interrupted on Ctrl-C, after which the same call continues.
void run_study(const StudyRequest& request);

/// Writes tables, page and chart into the folder; the chart last, because it needs a tool.
void write_study_results(const StudyResults& results, const std::filesystem::path& folder);

}  // namespace napier::explore
