#pragma once
#include <vector>

#include "models/base/bench_row.hpp"

namespace napier {

/// One-thread rates of the trainer's inner loops, best of three runs each: matrix products of the three
/// reference datapaths by every kernel this machine has, in multiply-accumulates a second against OpenBLAS's
/// sgemm measured in the same run; post-processing and weight update against the unit functions called word
/// by word. OpenBLAS picks its code when it is loaded: where AVX-512 is there and OPENBLAS_CORETYPE is not
/// set, the program sets it to SkylakeX, the fastest there, and starts itself anew.
std::vector<BenchRow> bench_kernels();

}  // namespace napier
