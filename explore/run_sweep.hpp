#pragma once
#include <filesystem>
#include <string>

namespace napier::explore {

struct SweepRun {
  std::filesystem::path file;     ///< sweep description
  std::filesystem::path folder;   ///< output folder; one of an earlier run is continued
  std::filesystem::path program;  ///< the napier program, run once a stage
  std::string version;            ///< of the program, for run.json
  int jobs = 1;                   ///< designs at a time
};

/// Runs a sweep and writes sweep.json, results.csv, results.json, report.html and run.json. Where stages
/// failed, the report is written all the same, and an Error with the gravest exit code is thrown. Throws
/// Interrupted on Ctrl-C, after which the same call continues.
void run_sweep(const SweepRun& run);

}  // namespace napier::explore
