#include "models/units/madam_update.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "models/design/widths.hpp"
#include "models/format/constants.hpp"

namespace napier {
namespace {

/// log2(x), correctly rounded to the bits in which second moments are summed.
MadamUpdate::Addend addend(const Design& design, double x) {
  const int dropped = widths::moment_sum_fraction(design) - design.update.v_fraction;
  const auto exact = static_cast<std::int32_t>(fixed_log2(x, widths::moment_sum_fraction(design)));
  return {exact >> dropped, exact & ((1 << dropped) - 1)};
}

}  // namespace

MadamUpdate::MadamUpdate(const Design& design)
    : format_(design.format),
      update_bits_(design.update.bits),
      v_bits_(design.update.v_bits),
      fraction_(design.update.v_fraction),
      const_bits_(design.datapath.const_bits),
      moment_fraction_(widths::moment_sum_fraction(design)),
      max_code_((1 << (update_bits_ - 1)) - 1),
      v_zero_(-(1 << (v_bits_ - 1))),
      v_max_((1 << (v_bits_ - 1)) - 1),
      log2_beta_(addend(design, design.update.beta)),
      log2_one_minus_beta_(addend(design, 1.0 - design.update.beta)),
      log2_bound_(static_cast<std::int32_t>(fixed_log2(design.update.bound, fraction_))),
      gaussian_(gaussian_logarithm_table(moment_fraction_)),
      octave_(octave_constants(format_.gamma_log2, const_bits_)),
      stochastic_step_(design.update.rounding == UpdateRounding::kStochastic),
      stochastic_moment_(design.update.v_rounding == UpdateRounding::kStochastic) {
  if (!design.update.round_first) return;
  for (int whole = 1; whole <= std::lround(design.update.bound); ++whole) {
    whole_thresholds_.push_back(static_cast<std::int32_t>(fixed_log2(whole - 0.5, fraction_)));
    whole_logarithms_.push_back(static_cast<std::int32_t>(fixed_log2(whole, fraction_)));
  }
}

std::int32_t MadamUpdate::gradient_log2(Word gradient, const MadamSettings& settings) const {
  return (format_.code(gradient) + settings.gradient_exponent) * (1 << (fraction_ - format_.gamma_log2));
}

MadamUpdate::Noise MadamUpdate::noise(const MadamSettings& settings, std::uint32_t index) const {
  if (!stochastic()) return {kHalf, 0};
  const std::uint32_t bits = RoundingNoise(static_cast<std::uint64_t>(settings.noise_key))(index);
  const int moment_bits = moment_fraction_ - fraction_;
  return {stochastic_step_ ? bits >> 16 : kHalf, (bits & 0xFFFFU) >> (16 - moment_bits)};
}

MadamUpdate::Moment MadamUpdate::second_moment(std::int32_t v, Word gradient, const MadamSettings& settings,
                                               std::uint32_t noise) const {
  const auto keep = [&](std::int32_t x) { return std::clamp(x, v_zero_ + 1, v_max_); };
  const auto rounded = [&](std::int32_t whole, std::int32_t rest, std::uint32_t gain) {
    const std::uint32_t below = static_cast<std::uint32_t>(rest) + gain + noise;
    return whole + static_cast<std::int32_t>(below >> (moment_fraction_ - fraction_));
  };
  const std::int32_t decayed = v + log2_beta_.whole;
  if (format_.is_zero(gradient)) {
    const std::int32_t faded = rounded(decayed, log2_beta_.rest, 0);
    return {v == v_zero_ || faded <= v_zero_ ? v_zero_ : faded, true};
  }
  const std::int32_t fresh = 2 * gradient_log2(gradient, settings) + log2_one_minus_beta_.whole;
  if (v == v_zero_) return {keep(rounded(fresh, log2_one_minus_beta_.rest, 0)), false};
  const auto cell = static_cast<std::size_t>(std::abs(decayed - fresh) >> (fraction_ - 4));
  const std::uint32_t gain = cell < gaussian_.size() ? gaussian_[cell] : 0;
  return {keep(decayed > fresh ? rounded(decayed, log2_beta_.rest, gain)
                               : rounded(fresh, log2_one_minus_beta_.rest, gain)),
          false};
}

std::int32_t MadamUpdate::step_exponent(std::int32_t v_after, Word gradient,
                                        const MadamSettings& settings) const {
  const std::int32_t normalised = gradient_log2(gradient, settings) - ((v_after - settings.correction) >> 1);
  const std::int32_t bounded = std::min(normalised, log2_bound_);
  if (whole_thresholds_.empty()) return bounded + settings.step_log2;
  const auto above = std::upper_bound(whole_thresholds_.begin(), whole_thresholds_.end(), bounded);
  if (above == whole_thresholds_.begin()) return kNoStep;
  return whole_logarithms_[static_cast<std::size_t>(above - whole_thresholds_.begin()) - 1] +
         settings.step_log2;
}

std::uint32_t MadamUpdate::exact_step(std::int32_t step_exponent) const {
  const int dropped = fraction_ - format_.gamma_log2;
  const std::int32_t exponent = (step_exponent + (1 << (dropped - 1))) >> dropped;  // in codes, to nearest
  const std::int32_t quotient = exponent >> format_.gamma_log2;
  const auto remainder = static_cast<std::size_t>(exponent & (format_.gamma() - 1));
  const std::uint32_t most = static_cast<std::uint32_t>(max_code_) << kStepFraction;
  if (quotient >= update_bits_ - 1) return most;
  const int shift = const_bits_ - kStepFraction - quotient;
  if (shift > const_bits_) return 0;
  const std::uint64_t constant = octave_[remainder];
  const std::uint64_t exact = shift > 0 ? constant >> shift : constant << -shift;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(exact, most));
}

std::int32_t MadamUpdate::step(std::int32_t step_exponent, std::uint32_t noise) const {
  return static_cast<std::int32_t>((exact_step(step_exponent) + noise) >> kStepFraction);
}

MadamState MadamUpdate::operator()(const MadamState& before, Word gradient, const MadamSettings& settings,
                                   std::uint32_t index) const {
  const Noise random = noise(settings, index);
  const Moment moment = second_moment(before.v, gradient, settings, random.moment);
  if (moment.zero) return {before.weight, moment.v};
  const std::int32_t delta = step(step_exponent(moment.v, gradient, settings), random.step);
  const std::uint32_t sign_bit = 1U << (update_bits_ - 1);
  const bool weight_negative = (before.weight & sign_bit) != 0;
  const auto code = static_cast<std::int32_t>(before.weight & (sign_bit - 1));
  const bool shrink = weight_negative == format_.negative(gradient);
  const std::int32_t after = std::clamp(shrink ? code - delta : code + delta, 1, settings.cap);
  return {static_cast<UpdateWord>((before.weight & sign_bit) | static_cast<std::uint32_t>(after)), moment.v};
}

Word operand_of_weight(const Design& design, UpdateWord weight) {
  const LnsFormat f(design.format);
  const int dropped = design.update.bits - design.format.bits;
  const int sign_bit = 1 << (design.update.bits - 1);
  const int code = weight & (sign_bit - 1);
  const int half = dropped > 0 ? 1 << (dropped - 1) : 0;
  return f.word((weight & sign_bit) != 0, std::max(0, (code - half) >> dropped));
}

}  // namespace napier
