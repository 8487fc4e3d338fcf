#pragma once
#include "models/format/quantizer.hpp"

namespace napier {

/// Rounds to one of the two neighbouring words at random, so that the expected value is the number itself
/// (Gupta et al. 2015), for scales and words as Quantizer has them. The caller brings the randomness: one
/// uniform 32-bit word an element, from a counter-based generator (Philox) indexed by the element, so that
/// neither the order nor the number of threads changes a result.
class StochasticQuantizer {
 public:
  /// InputError for other kinds than lns and int8, which have no operand words of 8 bits.
  explicit StochasticQuantizer(const Design& design);

  /// Words of x; out and random have x.size() elements. The upper neighbour is taken with a probability that
  /// is exact for int8 and within 2^-24 of exact for lns, whose code values are rounded to 30 fraction bits.
  /// Below code 1 the neighbours are zero and code 1 (zero: none: code 0 always); above the largest word it
  /// saturates.
  QuantizeCounts quantize(std::span<const float> x, int k, std::span<const std::uint32_t> random,
                          std::span<Word> out, const TensorPlace& place) const;

 private:
  int lns_code(std::uint32_t magnitude, int k, std::uint32_t random, QuantizeCounts& counts) const;
  static int int8_magnitude(std::uint32_t magnitude, int k, std::uint32_t random, QuantizeCounts& counts);

  FormatKind kind_;
  LnsFormat format_;
  std::vector<std::uint32_t> code_mantissas_;  ///< smallest float mantissas not below the code values
  std::vector<std::uint64_t> code_values_;     ///< 2^(r/gamma) * 2^30, r = 0..gamma
};

}  // namespace napier
