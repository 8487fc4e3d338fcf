#pragma once
#include <vector>

#include "models/base/bench_row.hpp"

namespace napier {

/// One-thread rates of the trainer's inner loops: bench_products(), then post-processing and weight update
/// against the unit functions called word by word. The
/// fastest of all runs in `rounds` rounds over the loops counts.
std::vector<BenchRow> bench_kernels(int rounds);

/// Samples a second, wall-clock time, of training steps of the reference perceptron, 784-256-128-10 in
/// batches of 128, on one thread and on all of the machine: in LNS and INT8 against FP32 on as many threads.
/// Steps of all arithmetics alternate, the fastest of each counts.
std::vector<BenchRow> bench_training();

}  // namespace napier
