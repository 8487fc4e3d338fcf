#include "models/gemm/float_kernel.hpp"

#include <array>
#include <cmath>

namespace napier::gemm {
namespace {

constexpr std::array kKernels = {
    FloatKernel{"avx512", float_avx512_available, run_avx512_integer, run_avx512_tree, run_avx512_blocks},
    FloatKernel{"avx2", float_avx2_available, run_avx2_integer, run_avx2_tree, run_avx2_blocks},
    FloatKernel{"portable", [] { return true; }, run_portable_integer, run_portable_tree,
                run_portable_blocks},
};

}  // namespace

std::span<const FloatKernel> float_kernels() { return kKernels; }

bool terms_fit_32_bits(const Datapath& datapath, double largest) {
  return datapath.vector * largest + std::ldexp(1.0, datapath.accumulator_bits - 1) < 0x1p31;
}

}  // namespace napier::gemm
