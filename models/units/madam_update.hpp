#pragma once
#include <cstdint>
#include <vector>

#include "models/base/simon.hpp"
#include "models/format/lns_format.hpp"

namespace napier {

/// A weight as the update unit stores it: sign in bit B_U-1, exponent code 1..E_U below it.
using UpdateWord = std::uint16_t;

/// What is the same for all weights of one tensor in one step. Fixed-point numbers have `v_fraction` bits.
struct MadamSettings {
  std::int32_t gradient_exponent = 0;  ///< k_g - E: gradient code c stands for 2^((c + this)/gamma)
  std::int32_t correction = 0;         ///< log2(1 - beta^t), fixed point, negative
  std::int32_t step_log2 = 0;          ///< log2(eta * gamma_U), fixed point
  std::int32_t cap = 0;                ///< largest exponent code of this tensor, 1..E_U
  std::int64_t noise_key = 0;          ///< of RoundingNoise, any 64 bits; 0 where rounding is nearest
  friend bool operator==(const MadamSettings&, const MadamSettings&) = default;
};

struct MadamState {
  UpdateWord weight = 0;
  std::int32_t v = 0;  ///< log2 of the second moment, v_bits signed; the lowest value means zero
  friend bool operator==(const MadamState&, const MadamState&) = default;
};

/// Madam in the log domain: adders, two small tables and shifts, no multiplier.
///   log2 g^2 = 2 log2|g|;  v' = beta v + (1-beta) g^2 by the Gaussian logarithm;
///   log2|g*| = log2|g| - (log2 v' - correction)/2, at most log2(bound);
///   round_first: |g*| becomes the nearest whole number, as Zhao et al.'s program has it;
///   delta = round(2^(log2|g*| + step_log2)) through the octave constants;  code -= delta sign(g) sign(w).
/// `rounding: stochastic` adds 16 bits of RoundingNoise instead of one half before the fraction is dropped.
/// `v_rounding: stochastic` works log2 beta, log2(1 - beta) and the Gaussian logarithm out in kMomentFraction
/// bits and adds other bits of RoundingNoise before log2 v' is cut to v_fraction bits; nearest has all three
/// in v_fraction bits already. Rule: Bernstein et al. 2020 (Madam), Zhao et al. 2022,
/// doi 10.1109/TC.2022.3202747 (LNS-Madam).
class MadamUpdate {
 public:
  explicit MadamUpdate(const Design& design);
  /// `index` counts the weights of the tensor from 0: it chooses the noise of stochastic rounding.
  MadamState operator()(const MadamState& before, Word gradient, const MadamSettings& settings,
                        std::uint32_t index) const;

  std::int32_t zero_v() const { return v_zero_; }
  int max_code() const { return max_code_; }
  /// A constant addend of log2 v: the part on the grid of v_fraction bits, not above it, and what is left, in
  /// units of 2^-moment_fraction(); 0 where v_rounding is nearest.
  struct Addend {
    std::int32_t whole;
    std::int32_t rest;
  };
  Addend log2_beta() const { return log2_beta_; }
  Addend log2_one_minus_beta() const { return log2_one_minus_beta_; }
  /// Fraction bits of the Gaussian table's entries and of the addends' rests.
  int moment_fraction() const { return moment_fraction_; }
  std::int32_t log2_bound() const { return log2_bound_; }
  const std::vector<std::uint32_t>& gaussian_table() const { return gaussian_; }
  const std::vector<std::uint32_t>& octave_table() const { return octave_; }
  bool stochastic_step() const { return stochastic_step_; }
  bool stochastic_moment() const { return stochastic_moment_; }
  /// Whether random bits are used.
  bool stochastic() const { return stochastic_step_ || stochastic_moment_; }

  /// round_first: the logarithms at which the whole number i + 1 begins, and its own; empty otherwise.
  const std::vector<std::int32_t>& whole_thresholds() const { return whole_thresholds_; }
  const std::vector<std::int32_t>& whole_logarithms() const { return whole_logarithms_; }
  /// Step exponent of a |g*| that was rounded to zero: below all that moves a weight.
  static constexpr std::int32_t kNoStep = -(1 << 30);
  /// Fraction bits that an integer step is rounded from.
  static constexpr int kStepFraction = 16;

  /// Stages of the calculation, so that hardware models can register between them.
  struct Moment {
    std::int32_t v;
    bool zero;  ///< the gradient is zero: the weight stays
  };
  /// `noise`: what is added before the bits below v_fraction are dropped, moment_fraction() - v_fraction
  /// bits; 0 where v_rounding is nearest.
  Moment second_moment(std::int32_t v, Word gradient, const MadamSettings& settings,
                       std::uint32_t noise = 0) const;
  /// log2(|g*| eta gamma_U), fixed point.
  std::int32_t step_exponent(std::int32_t v_after, Word gradient, const MadamSettings& settings) const;
  /// The step on the exponent code before it is rounded, with kStepFraction fraction bits (further bits are
  /// dropped), at most E_U.
  std::uint32_t exact_step(std::int32_t step_exponent) const;
  /// Integer step, 0..E_U. `noise`: what is added before the fraction is dropped, 16 bits.
  std::int32_t step(std::int32_t step_exponent, std::uint32_t noise) const;
  /// What rounds weight `index`: a step's 16 bits are the high ones of RoundingNoise, or one half where
  /// rounding is nearest; a second moment's the highest of the low half, or none.
  struct Noise {
    std::uint32_t step, moment;
  };
  Noise noise(const MadamSettings& settings, std::uint32_t index) const;
  static constexpr std::uint32_t kHalf = 1U << (kStepFraction - 1);

 private:
  std::int32_t gradient_log2(Word gradient, const MadamSettings& settings) const;
  LnsFormat format_;
  int update_bits_, v_bits_, fraction_, const_bits_;
  int moment_fraction_;
  std::int32_t max_code_, v_zero_, v_max_;
  Addend log2_beta_, log2_one_minus_beta_;
  std::int32_t log2_bound_;
  std::vector<std::uint32_t> gaussian_, octave_;
  bool stochastic_step_, stochastic_moment_;
  std::vector<std::int32_t> whole_thresholds_, whole_logarithms_;
};

/// The GEMM operand of a stored weight: half an operand code is subtracted and the low bits dropped, so that
/// exponent code E_U maps to E; what falls below code 1 becomes zero (zero: none: code 0).
Word operand_of_weight(const Design& design, UpdateWord weight);

}  // namespace napier
