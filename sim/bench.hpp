#pragma once
#include <vector>

#include "models/base/bench_row.hpp"
#include "models/trace/trace.hpp"

namespace napier::sim {

/// What is measured: the 32 x 32 LNS element (binned, 8 constants, accumulators of 24 bits) and one product.
Design bench_element();
Trace bench_trace();

/// Simulated cycles and multiply-accumulates per second of processor time: of bench_element(), values carried
/// and every output checked, against a plain scalar loop that computes the same accumulators; of timing
/// without values (sim/timing); and of a product 256 x 256 x 256 on an element of 16 x 16, the job that other
/// simulators are compared on (docs/validation.md). Best of several runs of each; every simulation is a
/// process of its own.
std::vector<BenchRow> bench_simulation();

}  // namespace napier::sim
