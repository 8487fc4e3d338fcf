#pragma once
#include <vector>

#include "models/base/bench_row.hpp"

namespace napier {

/// One-thread rates of matrix products in multiply-accumulates a second of the thread's CPU time, best of
/// many calls, packing included: designs of 8, 16 and 24 term bits, with accumulators that provably cannot
/// overflow and with ones that can at every vector, and the three reference datapaths, by the kernels that
/// this machine has, against OpenBLAS's sgemm of the same shape in the same run; convolutions against the
/// product of the same operands written out. OpenBLAS picks its code when it is loaded: where AVX-512 is
/// there and OPENBLAS_CORETYPE is not set, the program sets it to SkylakeX, the fastest there, and starts
/// itself anew.
std::vector<BenchRow> bench_products(int rounds);

}  // namespace napier
