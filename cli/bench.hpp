#pragma once
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "models/base/bench_row.hpp"

namespace napier::cli {

/// Adds `napier bench NAME`, which prints the rows that `measure` returns, as a table or with --json.
void add_benchmark(CLI::App& bench, const std::string& name, const std::string& description,
                   std::vector<BenchRow> (*measure)());

}  // namespace napier::cli
