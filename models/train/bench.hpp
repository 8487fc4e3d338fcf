#pragma once
#include <vector>

#include "models/base/bench_row.hpp"

namespace napier {

/// One-thread rates of the trainer's inner loops: bench_products(), then post-processing and weight update
/// against the unit functions called word by word.
std::vector<BenchRow> bench_kernels();

}  // namespace napier
