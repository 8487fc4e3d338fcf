#include "models/gemm/kernel.hpp"

#include <algorithm>
#include <array>

#include "models/base/error.hpp"

namespace napier::gemm {
namespace {

bool accepts_everything(const Design&, const ProductTable*) { return true; }

constexpr std::array kLnsKernels = {
    Kernel{"avx512", accepts_avx512_planes, run_avx512_planes},
    Kernel{"avx2", accepts_avx2_gather, run_avx2_gather},
    Kernel{"portable", accepts_everything, run_portable_lns},
};

constexpr std::array kInt8Kernels = {
    Kernel{"avx512", accepts_avx512_int8, run_avx512_int8},
    Kernel{"avx2", accepts_avx2_int8, run_avx2_int8},
    Kernel{"portable", accepts_everything, run_portable_int8},
};

}  // namespace

std::span<const Kernel> kernels(FormatKind kind) {
  if (kind == FormatKind::kLns) return kLnsKernels;
  if (kind == FormatKind::kInt8) return kInt8Kernels;
  throw InternalError("a matrix product of format fp32 has no integer kernel");
}

bool sums_fit_32_bits(const Design& design, const ProductTable* table) {
  constexpr std::int64_t kLimit = std::int64_t{1} << 31;
  const std::int64_t product = table != nullptr ? table->largest : 128 * 128;
  const std::int64_t sum = design.datapath.vector * product;
  const int shift = table != nullptr ? table->shift : 0;
  const std::int64_t accumulator = std::int64_t{1} << (design.datapath.accumulator_bits - 1);
  return sum < kLimit && (sum >> shift) + 1 + accumulator < kLimit;
}

}  // namespace napier::gemm
