#pragma once
#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "models/base/bench_row.hpp"

namespace napier::cli {

/// Adds and returns `napier bench NAME`, which prints the rows that `measure` returns, as a table or with
/// --json.
CLI::App* add_benchmark(CLI::App& bench, const std::string& name, const std::string& description,
                        std::function<std::vector<BenchRow>()> measure);

}  // namespace napier::cli
