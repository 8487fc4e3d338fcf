#pragma once
#include <vector>

#include "models/base/bench_row.hpp"

namespace napier::sim {

/// Simulated cycles and multiply-accumulates a second of the 32 x 32 LNS element (binned, 8 constants),
/// values carried and every output checked, against a plain scalar loop that computes the same accumulators.
/// Timing without values
/// (sim/timing) beside them. Best of several runs of each; every run is a process of its own.
std::vector<BenchRow> bench_simulation();

}  // namespace napier::sim
