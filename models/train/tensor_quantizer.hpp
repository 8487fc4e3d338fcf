#pragma once
#include <optional>
#include <span>
#include <vector>

#include "models/base/parallel.hpp"
#include "models/format/quantizer.hpp"
#include "models/format/stochastic_quantizer.hpp"

namespace napier {

/// largest_magnitude() in vector code and on all threads.
float largest_magnitude(std::span<const float> x, const TensorPlace& place, const Parallel& threads);

/// Quantizer over whole tensors: the same words, counts and refusals, in vector code and on all threads; or,
/// where format.rounding is stochastic, StochasticQuantizer with numbers of Philox, key format.seed.
class TensorQuantizer {
 public:
  TensorQuantizer(const Design& design, const Parallel& threads);

  /// quantize(); x must be finite, as largest_magnitude() has found it to be. `stream`: of random_stream().
  QuantizeCounts operator()(std::span<const float> x, int k, std::uint64_t stream, std::span<Word> out,
                            const TensorPlace& place) const;

  const Quantizer& quantizer() const { return quantizer_; }

 private:
  QuantizeCounts piece(std::span<const float> x, int k, std::span<Word> out, const TensorPlace& place) const;
  QuantizeCounts stochastic_piece(std::span<const float> x, int k, std::uint64_t stream, std::size_t first,
                                  std::span<Word> out, const TensorPlace& place) const;
  const Parallel& threads_;
  Quantizer quantizer_;
  std::optional<StochasticQuantizer> stochastic_;
  std::uint64_t seed_;
  LnsFormat format_;
  bool lns_;
  std::vector<std::int32_t> passed_;      ///< thresholds at or below the start of each 256th of an octave
  std::vector<std::int32_t> thresholds_;  ///< the one inside it, or one that no mantissa reaches
};

/// Names one use of the random numbers of a seed: step (-1: outside training) and place, a number below 2^20
/// for each place of the program that rounds. The same name rounds the same numbers to the same words.
std::uint64_t random_stream(std::int64_t step, std::uint32_t place);

/// The key of a product's outputs, made of format.seed and such a name; 0 unless rounding is stochastic.
std::uint64_t random_key(const Design& design, std::uint64_t stream);

}  // namespace napier
