#include "models/gemm/kernel.hpp"

#include <algorithm>
#include <array>

#include "models/base/error.hpp"

namespace napier::gemm {
namespace {

bool accepts_everything(const Design&, const ProductTable*) { return true; }

constexpr std::array kLnsKernels = {
    Kernel{"avx512", accepts_avx512_planes, run_avx512_planes, limit_avx512_planes, louds_avx512_planes},
    Kernel{"avx2", accepts_avx2_shifts, run_avx2_shifts, limit_avx2_shifts, nullptr},
    Kernel{"avx2_gather", accepts_avx2_gather, run_avx2_gather, nullptr, nullptr},
    Kernel{"portable", accepts_everything, run_portable_lns, nullptr, nullptr},
};

constexpr std::array kInt8Kernels = {
    Kernel{"avx512", accepts_avx512_int8, run_avx512_int8, nullptr, nullptr},
    Kernel{"avx2", accepts_avx2_int8, run_avx2_int8, nullptr, nullptr},
    Kernel{"portable", accepts_everything, run_portable_int8, nullptr, nullptr},
};

}  // namespace

std::span<const Kernel> kernels(FormatKind kind) {
  if (kind == FormatKind::kLns) return kLnsKernels;
  if (kind == FormatKind::kInt8) return kInt8Kernels;
  throw InternalError("a matrix product of format fp32 has no integer kernel");
}

namespace {

constexpr std::int64_t kLimit = std::int64_t{1} << 31;

std::int64_t largest_sum(const Design& design, const ProductTable* table) {
  return design.datapath.vector * (table != nullptr ? table->largest : 128 * 128);
}

/// Largest magnitude of a vector's sum after the scaler's floor.
std::int64_t largest_scaled_sum(const Design& design, const ProductTable* table) {
  const int shift = table != nullptr ? table->shift : 0;
  return (largest_sum(design, table) >> shift) + (shift > 0 ? 1 : 0);
}

}  // namespace

bool products_fit_32_bits(const Design& design, const ProductTable* table) {
  return largest_sum(design, table) < kLimit;
}

bool vector_sums_fit_32_bits(const Design& design, const ProductTable* table) {
  return largest_scaled_sum(design, table) < kLimit;
}

bool accumulations_fit_32_bits(const Design& design, const ProductTable* table) {
  const std::int64_t accumulator = std::int64_t{1} << (design.datapath.accumulator_bits - 1);
  return largest_scaled_sum(design, table) + accumulator < kLimit;
}

}  // namespace napier::gemm
