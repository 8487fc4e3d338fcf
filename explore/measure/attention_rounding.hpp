#pragma once
#include <span>
#include <string>
#include <vector>

#include "explore/measure/measurement.hpp"
#include "models/design/design.hpp"
#include "models/nn/engine.hpp"
#include "models/train/experiment.hpp"

namespace napier::explore {

/// Attention's products, in the order in which a block computes them.
enum class AttentionProduct {
  kScores,
  kContext,
  kProbabilityGradient,
  kQueryGradient,
  kKeyGradient,
  kValueGradient
};

/// The error of products with rounded terms against the same operands' products in FP64.
struct ProductError {
  double error = 0;      ///< sum of (computed - exact) * sign(exact)
  double magnitude = 0;  ///< sum of |exact|
  double square_error = 0, square = 0;
  std::int64_t overflows = 0;

  /// Mean signed error towards larger magnitudes, as a share of the mean magnitude.
  double bias() const { return magnitude > 0 ? error / magnitude : 0; }
  /// Root of the summed squares of errors, as a share of that of the exact results.
  double relative_rms() const;
};

/// Adds the error that `design` makes of the first `matrices` products of a batch. a, b: numbers, rounded
/// here to words with the smallest scale that holds their largest magnitude. The reference sums the words'
/// values in FP64; each value is within 2^-24 of a word's, so that a result is known to 2^-22 of the sum of
/// its terms' magnitudes.
void add_product_error(const Design& design, const nn::BatchedProduct& shape, std::span<const float> a,
                       std::span<const float> b, int matrices, ProductError& sum);

/// Trains the experiment's language model for `steps` steps on `design`, then takes the operands of all its
/// attention products of one more step and computes them with terms cut off and with terms rounded half up,
/// over term bits 6..16 with an accumulator 8 bits wider. InputError for another kind of network or format.
Measurement measure_attention_rounding(const Experiment& experiment, const Design& design,
                                       const std::string& file, int steps, int threads);

}  // namespace napier::explore
