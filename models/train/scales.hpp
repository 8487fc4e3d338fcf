#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "models/design/design.hpp"

/// Scales of tensors, all integers: LNS S = 2^(k/gamma), the value of the largest code; INT8: a unit is 2^k;
/// FP8: numbers are multiplied by 2^k.
namespace napier {

class StateArchive;

/// S of LNS, the unit of INT8, the factor of FP8, as a number (relative error below 2^-30, the same on every
/// machine).
double scale_value(const Design& design, int k);

/// The value of one unit of an accumulator whose operands have the scales k_a and k_b.
double accumulator_unit(const Design& design, int k_a, int k_b);

/// Biases as first addends of accumulators of these units (one for all, or one each): the nearest integers,
/// ties upwards, clamped to the accumulator's range.
std::vector<std::int32_t> bias_addends(const Design& design, std::span<const float> bias,
                                       std::span<const double> units);

/// The smallest k on the design's scale grid for which an accumulator of this magnitude is not clamped, or
/// nothing for a zero magnitude.
std::optional<int> scale_of_accumulator(const Design& design, std::uint32_t magnitude, int k_a, int k_b);

/// The same for a tensor whose rows of operand A have scales of their own: largest[m] is row m's largest
/// magnitude, row_scales[m] (or none for all) how far its scale lies from k_a.
std::optional<int> scale_of_rows(const Design& design, std::span<const std::uint32_t> largest, int k_a,
                                 std::span<const std::int32_t> row_scales, int k_b);

/// LNS: floor(gamma * log2(x)) for a normal x > 0 and gamma = 2^gamma_log2, by octave constants of 30 bits.
int floor_code(double x, int gamma_log2);

/// Chooses one tensor's output scale, step after step, as the design's `scale_rule` says.
///   current: from this tensor's own largest accumulator;
///   delayed: the largest scale that the last `scale_history` tensors needed, plus `scale_margin` octaves;
///            the first time, when nothing is remembered, as current;
///   static:  as delayed, but of the first `scale_history` tensors that are not all zero: once as many are
///            remembered, the scale stays.
class ScaleTracker {
 public:
  explicit ScaleTracker(const Design& design) : design_(design) {}
  /// `largest`: largest magnitude of the accumulators; remembered by remember() only.
  int scale(std::uint32_t largest, int k_a, int k_b) const;
  void remember(std::uint32_t largest, int k_a, int k_b);
  /// The same for a tensor of known need, the smallest scale at which it is not clamped; nothing for a tensor
  /// of zeros, which takes `otherwise` where the rule has nothing to go by.
  int scale(std::optional<int> needed, int otherwise) const;
  void remember(std::optional<int> needed);
  void exchange(StateArchive& archive);

 private:
  bool looks_back() const;
  Design design_;
  std::deque<int> history_;
};

}  // namespace napier
