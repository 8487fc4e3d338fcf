#pragma once
#include <filesystem>

#include "explore/results.hpp"

namespace napier::explore {

/// Reads what the stages of a sweep left in its output folder. A stage that has not finished leaves its
/// numbers empty. A finished one whose file lacks a key or contradicts an earlier stage counts as failed,
/// with a message that names file and key, and ends its own design alone.
Results collect_results(const std::filesystem::path& folder);

/// Writes results.csv, results.json and report.html into the folder.
void write_results(const Results& results, const std::filesystem::path& folder);

/// Throws an Error with the gravest exit code where a design failed; its message points to the report.
void require_all_held(const Results& results, const std::filesystem::path& folder);

}  // namespace napier::explore
