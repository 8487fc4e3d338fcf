#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "models/base/parallel.hpp"

namespace napier {

/// Integer Madam as published (Bernstein et al. 2020): a weight is a sign that never changes and an integer
/// k, |w| = largest * exp(-0.001 k), and a step is k <- clamp(k + round(g* s) sign(w), 0, 2^bits - 1) with g*
/// = g / sqrt(v), at most `bound` in magnitude, v the bias-corrected mean square of the gradient. The
/// published k has 12 bits and s is 10 to 16.
class IntegerMadam {
 public:
  /// Distance of neighbouring magnitudes' natural logarithms.
  static constexpr double kResolution = 0.001;

  /// `bits` of k, 1..15. `largest` magnitude, above zero: 3 RMS of the initial weights.
  IntegerMadam(int bits, float largest, double bound, double second_moment, std::span<const float> initial);

  /// One step, counted from 1 by `time`; `rate`: octaves of a normalised gradient of 1, so s =
  /// rate ln(2) / 0.001. gradient: as many finite numbers as there are weights. The result does not depend on
  /// the number of threads.
  void step(std::span<const float> gradient, double rate, std::int64_t time, const Parallel& threads);

  float largest() const { return largest_; }
  int max_k() const { return max_k_; }
  /// Magnitude by k.
  const std::vector<float>& magnitudes() const { return magnitudes_; }
  /// Each weight's k, and max_k() + 1 more where it is negative: an index into twice as many magnitudes.
  std::vector<std::uint16_t>& weights() { return weights_; }
  const std::vector<std::uint16_t>& weights() const { return weights_; }
  std::vector<float>& mean_squares() { return mean_squares_; }

 private:
  /// The weights first..last - 1.
  void step_piece(std::span<const float> gradient, float scale, float correction, std::size_t first,
                  std::size_t last);
  int max_k_;
  float bound_, decay_, largest_;
  std::vector<float> magnitudes_;
  std::vector<std::uint16_t> weights_;
  std::vector<float> mean_squares_;
};

}  // namespace napier
