#pragma once
#include <filesystem>

#include "explore/results.hpp"

namespace napier::explore {

/// Reads what the stages of a sweep left in its output folder. A stage that has not finished leaves its
/// numbers empty; a finished one whose file lacks a key is an InputError that names file and key.
Results collect_results(const std::filesystem::path& folder);

/// Writes results.csv, results.json and report.html into the folder.
void write_results(const Results& results, const std::filesystem::path& folder);

}  // namespace napier::explore
