#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "models/units/madam_update.hpp"

namespace napier {

/// Real numbers and the stored weights' words: sign and exponent code of `update.bits` bits, with
/// gamma_U = gamma 2^(update.bits - format.bits) codes an octave. Code E_U stands for 2^(scale/gamma), as
/// does code E of the operands; code 0 is zero (format.zero none: the smallest magnitude). A number within an
/// octave is the nearest float to its real value, and all decisions are on floats' bits: the same on every
/// machine, and rounding the value of a word gives that word again.
class UpdateGrid {
 public:
  explicit UpdateGrid(const Design& design);

  int max_code() const { return max_code_; }
  int gamma_log2() const { return gamma_log2_; }
  /// Exponent codes of the update grid in one of the operands'.
  int finer() const { return 1 << finer_log2_; }

  /// Nearest word, as format.rounding says; below code 1 zero or code 1 by the same thresholds, above E_U
  /// E_U. x is finite.
  UpdateWord nearest(float x, int scale) const;
  /// One of the two neighbouring words, so that the mean over `random`, uniform in 32 bits, is x within 2^-32
  /// of their distance. The neighbour of code 1 is zero.
  UpdateWord stochastic(float x, int scale, std::uint32_t random) const;
  float value(UpdateWord word, int scale) const;

  /// Code of |x| > 0 before it is kept within the range.
  int nearest_code(float x, int scale) const;

 private:
  /// Thresholds at or below a fraction, in a 256th of the octave at a time.
  struct Levels {
    std::vector<std::uint32_t> thresholds;
    std::array<std::uint32_t, 257> first{};
    explicit Levels(std::vector<std::uint32_t> sorted);
    int passed(std::uint32_t fraction) const;
  };
  UpdateWord word(float x, int code) const;

  bool reserved_zero_;
  int gamma_log2_, finer_log2_, max_code_;
  std::vector<float> values_;  ///< of one octave
  Levels halfway_, starts_;    ///< where rounding changes; the values' own fractions
};

}  // namespace napier
