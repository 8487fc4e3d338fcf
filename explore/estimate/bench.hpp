#pragma once
#include <vector>

#include "models/base/bench_row.hpp"

namespace napier::explore {

/// Time of one whole training step of shipped workloads on the 32 x 32 element, mappings searched, and the
/// cycles that are estimated in a second. Best of several runs.
std::vector<BenchRow> bench_estimate();

}  // namespace napier::explore
