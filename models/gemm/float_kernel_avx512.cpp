// The vector kernels for AVX-512.
#include <cstdint>
#include <limits>
#include <type_traits>

#include "models/gemm/float_kernel.hpp"

namespace napier::gemm {
namespace {

constexpr int kBytes = 64;  // of a register
constexpr int kColumns = 4;

}  // namespace
}  // namespace napier::gemm

// Everything up to pop_options is compiled for these instructions, whatever the library is compiled for.
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512bw,avx512vl")

#include "models/gemm/float_kernel_vector.hpp"

namespace napier::gemm {

std::int64_t run_avx512_integer(const FloatTile<float>& t) { return integer(t); }
void run_avx512_tree(const FloatTile<float>& t) { tree(t); }
void run_avx512_blocks(const FloatTile<double>& t) { blocks(t); }

}  // namespace napier::gemm
#pragma GCC pop_options

namespace napier::gemm {

bool float_avx512_available() {
  return __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl");
}

}  // namespace napier::gemm
