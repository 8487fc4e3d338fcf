#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "models/base/parallel.hpp"
#include "models/units/output_converter.hpp"

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

/// The same for each of `rows` rows; acc and mask are [n][m] with m < rows.
std::vector<std::uint32_t> largest_outputs(std::span<const std::int32_t> acc, int rows, bool relu,
                                           std::span<const std::uint8_t> mask);

/// OutputConverter over whole tensors: the same words and events, in vector code where all outputs of LNS or
/// INT8 have the same settings and are rounded to nearest.
class TensorPostProcessor {
 public:
  explicit TensorPostProcessor(const Design& design);
  /// acc, out: [n][m], m below `rows`. row_scales: one a row, or none. mask: one byte an output, 0 makes it
  /// zero (and no event); or empty.
  PostCounts operator()(std::span<const std::int32_t> acc, int rows, const PostSettings& settings,
                        std::span<const std::int32_t> row_scales, std::span<const std::uint8_t> mask,
                        std::span<Word> out, const Parallel& threads) const;

 private:
  PostCounts each(std::span<const std::int32_t> acc, std::size_t first, int rows,
                  const OutputConverter& convert, std::span<const std::int32_t> row_scales,
                  std::span<Word> out) const;
  Design design_;
  bool lns_, fp8_, stochastic_;
  LnsFormat format_;
  int compare_bits_;
  std::vector<std::int32_t> passed_;  ///< thresholds passed, by the mantissa's compared bits
};

}  // namespace napier
