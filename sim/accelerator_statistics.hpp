#pragma once
#include "models/design/design.hpp"
#include "sim/accelerator_simulation.hpp"
#include "sim/run_directory.hpp"
#include "sim/statistics.hpp"

namespace napier::sim {

/// The statistics of a run of an accelerator: totals, traffic by level, and the cycles of every engine and
/// element by cause.
std::vector<Statistic> statistics(const AcceleratorResult& result, const Design& design);

/// As for a bare element, and traffic.csv: words and bytes by level and kind.
void write_run_directory(const std::filesystem::path& folder, const Design& design, const Trace& trace,
                         const AcceleratorOptions& options, const AcceleratorResult& result,
                         const RunInfo& info);

}  // namespace napier::sim
