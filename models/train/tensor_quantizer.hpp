#pragma once
#include <span>
#include <vector>

#include "models/base/parallel.hpp"
#include "models/format/quantizer.hpp"

namespace napier {

/// largest_magnitude() in vector code and on all threads.
float largest_magnitude(std::span<const float> x, const TensorPlace& place, const Parallel& threads);

/// Quantizer over whole tensors: the same words, counts and refusals, in vector code and on all threads.
class TensorQuantizer {
 public:
  TensorQuantizer(const Design& design, const Parallel& threads);

  /// Quantizer::quantize; x must be finite, as largest_magnitude() has found it to be.
  QuantizeCounts operator()(std::span<const float> x, int k, std::span<Word> out,
                            const TensorPlace& place) const;

  const Quantizer& quantizer() const { return quantizer_; }

 private:
  QuantizeCounts piece(std::span<const float> x, int k, std::span<Word> out, const TensorPlace& place) const;
  const Parallel& threads_;
  Quantizer quantizer_;
  LnsFormat format_;
  bool lns_;
  std::vector<std::int32_t> passed_;      ///< thresholds at or below the start of each 256th of an octave
  std::vector<std::int32_t> thresholds_;  ///< the one inside it, or one that no mantissa reaches
};

}  // namespace napier
