#pragma once
#include <array>
#include <string>
#include <vector>

#include "models/gemm/float_gemm.hpp"
#include "models/gemm/rows.hpp"

namespace napier::gemm {

/// Products of FP8 words with their integer accumulators, through the kernels of FloatGemm. Holds scratch
/// memory: one call at a time.
class Fp8Gemm {
 public:
  /// kernel: as Gemm's. `threads` must outlive it.
  Fp8Gemm(const Design& design, const Parallel& threads, const std::string& kernel);

  /// As Gemm::operator().
  std::int64_t operator()(const Rows& a, const Rows& b, std::span<const std::int32_t> bias,
                          std::span<std::int32_t> acc);
  const Parallel& threads() const { return threads_; }
  std::string kernel() const { return products_.kernel(); }

 private:
  void read(const Rows& rows, std::vector<float>& numbers) const;
  const Parallel& threads_;
  FloatGemm products_;
  std::array<float, 256> values_{};  ///< of each word
  std::vector<float> a_, b_;
};

}  // namespace napier::gemm
