#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "models/base/parallel.hpp"
#include "models/design/design.hpp"
#include "models/format/quantizer.hpp"

namespace napier {

/// Rows of numbers, the summed index fastest.
///   fp16, bf16, fp8: numbers of the format, each standing for itself times 2^k;
///   mxfp8, mxfp4, nvfp4: any finite numbers, rounded to blocks along the rows with the tensor's scale 2^k.
struct FloatMatrix {
  std::span<const float> numbers;
  int k = 0;
};

/// What a product lost.
struct FloatProductCounts {
  std::int64_t overflows = 0;  ///< of integer accumulators
  QuantizeCounts a, b;         ///< of numbers rounded to blocks
};

/// Matrix products as the datapaths of the floating-point baselines compute them:
///   y[n][m] = bias[m] + sum over k of a[m][k] * b[n][k],
/// K ascending, one vector (or block) at a time; docs/formats/number_formats.md. Bits do not depend on
/// kernel, tiling or threads. Holds scratch memory: one call at a time.
class FloatGemm {
 public:
  /// format.kind fp16 .. nvfp4, else InternalError. kernel: as Gemm's, NAPIER_KERNEL too.
  FloatGemm(const Design& design, const Parallel& threads, const std::string& kernel = "");
  ~FloatGemm();
  FloatGemm(FloatGemm&&) noexcept;

  /// a: m x k, b: n x k; bias: m numbers or empty, rounded to the accumulator; y: n x m, overwritten.
  FloatProductCounts operator()(int m, int n, int k, const FloatMatrix& a, const FloatMatrix& b,
                                std::span<const float> bias, std::span<float> y);

  /// The integer accumulators of FP8 themselves; bias: m accumulators or empty; acc: n x m, overwritten.
  /// Returns how many accumulations overflowed. InternalError for formats that sum otherwise.
  std::int64_t accumulate(int m, int n, int k, std::span<const float> a, std::span<const float> b,
                          std::span<const std::int32_t> bias, std::span<std::int32_t> acc);

  std::string kernel() const;

  /// Kernels that this machine and design allow, fastest first.
  static std::vector<std::string> available(const Design& design);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace napier
