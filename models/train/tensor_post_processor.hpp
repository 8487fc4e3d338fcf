#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "models/base/parallel.hpp"
#include "models/units/post_processor.hpp"

namespace napier {

/// How many outputs of a tensor were flushed to zero or clamped.
struct PostCounts {
  std::int64_t underflows = 0;
  std::int64_t clamps = 0;
  PostCounts& operator+=(const PostCounts& other) {
    underflows += other.underflows;
    clamps += other.clamps;
    return *this;
  }
};

/// The largest |acc| among outputs that relu and mask (empty: none) let pass.
std::uint32_t largest_output(std::span<const std::int32_t> acc, bool relu, std::span<const std::uint8_t> mask,
                             const Parallel& threads);

/// PostProcessor over whole tensors: the same words and events, in vector code.
class TensorPostProcessor {
 public:
  explicit TensorPostProcessor(const Design& design);
  /// mask: one byte an output, 0 makes it zero (and no event); or empty.
  PostCounts operator()(std::span<const std::int32_t> acc, const PostSettings& settings,
                        std::span<const std::uint8_t> mask, std::span<Word> out,
                        const Parallel& threads) const;

 private:
  bool lns_;
  LnsFormat format_;
  int compare_bits_;
  std::vector<std::int32_t> passed_;  ///< thresholds passed, by the mantissa's compared bits
};

}  // namespace napier
