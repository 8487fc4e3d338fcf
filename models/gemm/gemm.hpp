#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "models/base/parallel.hpp"
#include "models/design/design.hpp"
#include "models/format/lns_format.hpp"
#include "models/gemm/convolution.hpp"

namespace napier {

namespace gemm {
class Fp8Gemm;
}

/// Matrix products exactly as the design's datapath computes them:
///   acc[n][m] = bias[m] + sum over k of a[m][k] * b[n][k],
/// K ascending, one vector of `datapath.vector` pairs at a time: VectorLane's exact sum, then accumulate() at
/// `accumulator_bits`. Bits do not depend on kernel, tiling or threads. Holds scratch memory: one call at a
/// time.
class Gemm {
 public:
  /// kernel: "avx512", "avx2" or "portable" forces one; "" takes the environment's NAPIER_KERNEL or else the
  /// fastest. InputError where the machine or the design does not allow the kernel asked for.
  explicit Gemm(const Design& design, const Parallel& threads, const std::string& kernel = "");
  ~Gemm();
  Gemm(Gemm&&) noexcept;

  /// a: m x k, b: n x k, both row-major; bias: m accumulator values or empty; acc: n x m, overwritten.
  /// vector_shifts: m x vectors of K, octaves by which a vector's sum is shifted right (VectorLane), or
  /// empty; only the portable kernel does so. Returns how many accumulations overflowed.
  std::int64_t operator()(int m, int n, int k, std::span<const Word> a, std::span<const Word> b,
                          std::span<const std::int32_t> bias, std::span<std::int32_t> acc,
                          std::span<const Word> vector_shifts = {});

  /// The three products of a convolution, as convolution_rows.hpp lays them out; w and acc of
  /// weight_gradient: [output][patch], x: [input pixel][channel], dy and acc of forward: [output
  /// pixel][output], acc of input_gradient: [input pixel][channel]; bias: one accumulator value an output, or
  /// empty. Zeros beside the image are operands of word 0: InputError where the design has no zero and the
  /// shape needs one.
  std::int64_t forward(const Convolution& shape, std::span<const Word> w, std::span<const Word> x,
                       std::span<const std::int32_t> bias, std::span<std::int32_t> acc,
                       std::span<const Word> vector_shifts = {});
  std::int64_t input_gradient(const Convolution& shape, std::span<const Word> w, std::span<const Word> dy,
                              std::span<std::int32_t> acc);
  std::int64_t weight_gradient(const Convolution& shape, std::span<const Word> x, std::span<const Word> dy,
                               std::span<std::int32_t> acc);

  std::string kernel() const;

  /// Kernels that this machine and design allow, fastest first.
  static std::vector<std::string> available(const Design& design);

 private:
  struct State;
  std::unique_ptr<State> state_;        ///< of lns and int8
  std::unique_ptr<gemm::Fp8Gemm> fp8_;  ///< of fp8
};

}  // namespace napier
