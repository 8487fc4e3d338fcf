#include "models/units/madam_update.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>
#include <random>

#include "models/format/constants.hpp"
#include "tests/units/exact_integer.hpp"

namespace napier {
namespace {

// The unit is compared, stage by stage, with Madam's formulae in double, whose own error (below 2^-40 octaves
// here) is nothing against the bounds derived beside each check.
constexpr double kDoubleError = 0x1p-40;

Design design(int gamma_log2, int v_fraction) {
  Design d;
  d.format.gamma_log2 = gamma_log2;
  d.update.v_fraction = v_fraction;
  d.update.v_bits = v_fraction + 8;
  return d;
}

MadamSettings settings_of(const Design& d) {
  return {
      .gradient_exponent = -8 * (1 << d.format.gamma_log2) - 127,
      .correction = static_cast<std::int32_t>(fixed_log2_correction(d.update.beta, 10, d.update.v_fraction)),
      .step_log2 = static_cast<std::int32_t>(fixed_log2(16.0, d.update.v_fraction)),
      .cap = (1 << (d.update.bits - 1)) - 1};
}

double gradient_log2(const Design& d, Word gradient, const MadamSettings& s) {
  return static_cast<double>((gradient & 127) + s.gradient_exponent) / (1 << d.format.gamma_log2);
}

/// Fixed point to octaves.
double octaves(const Design& d, std::int64_t fixed) {
  return std::ldexp(static_cast<double>(fixed), -d.update.v_fraction);
}

using SecondMoment = std::function<MadamUpdate::Moment(std::int32_t, Word, const MadamSettings&)>;

/// Gradient words and second moments for which v' is farther from log2(beta v + (1-beta) g^2) than
///   1/64 octave: cells are 1/16 octave wide, so d is at most 1/32 from its cell's centre, and log2(1 + 2^-d)
///                falls by at most 1/2 an octave each octave;
///   2 units:     log2 beta, log2(1-beta) and the entry are half a unit off each, and d by one more, halved.
int moments_outside_bound(const Design& d, const SecondMoment& second_moment) {
  const MadamSettings s = settings_of(d);
  const double bound = 1.0 / 64 + octaves(d, 2) + kDoubleError;
  const double lowest = octaves(d, -(std::int64_t{1} << (d.update.v_bits - 1)) + 1);
  const double highest = octaves(d, (std::int64_t{1} << (d.update.v_bits - 1)) - 1);
  std::mt19937 random(11);
  int count = 0;
  for (int word = 0; word < 256; ++word) {
    if ((word & 127) == 0) continue;
    const double g = gradient_log2(d, static_cast<Word>(word), s);
    for (int round = 0; round < 300; ++round) {
      const double near_g = 2 * g + (static_cast<int>(random() % 4000) - 2000) * 0.01;
      const auto v = static_cast<std::int32_t>(
          std::lround(std::ldexp(std::clamp(near_g, lowest, highest), d.update.v_fraction)));
      const double exact =
          std::log2(d.update.beta * std::exp2(octaves(d, v)) + (1 - d.update.beta) * std::exp2(2 * g));
      const double have = octaves(d, second_moment(v, static_cast<Word>(word), s).v);
      count += std::abs(have - std::clamp(exact, lowest, highest)) <= bound ? 0 : 1;
    }
  }
  return count;
}

TEST(MadamUpdate, SecondMomentFollowsItsFormula) {
  for (const int gamma_log2 : {0, 3, 5}) {
    for (const int v_fraction : {8, 12, 14}) {
      for (const double beta : {0.999, 0.9, 0.5}) {
        Design d = design(gamma_log2, v_fraction);
        d.update.beta = beta;
        const MadamUpdate unit(d);
        EXPECT_EQ(moments_outside_bound(d, [&](auto... a) { return unit.second_moment(a...); }), 0)
            << gamma_log2 << ' ' << v_fraction << ' ' << beta;
      }
    }
  }
}

TEST(MadamUpdate, BoundSeesAnotherBetaAndAMissingLogarithm) {
  const Design d = design(3, 14);
  Design other = d;
  other.update.beta = 0.99;
  const MadamUpdate wrong(other);
  EXPECT_GT(moments_outside_bound(d, [&](auto... a) { return wrong.second_moment(a...); }), 0);
  const MadamUpdate unit(d);
  EXPECT_GT(
      moments_outside_bound(d,
                            [&](std::int32_t v, Word g, const MadamSettings& s) {
                              const std::int32_t fresh =
                                  2 * static_cast<std::int32_t>(std::ldexp(gradient_log2(d, g, s), 14)) +
                                  unit.log2_one_minus_beta().whole;
                              return MadamUpdate::Moment{std::max(v + unit.log2_beta().whole, fresh), false};
                            }),
      0);
}

TEST(MadamUpdate, LowestSecondMomentMeansZero) {
  const Design d = design(3, 14);
  const MadamUpdate unit(d);
  const MadamSettings s = settings_of(d);
  EXPECT_EQ(unit.zero_v(), -(1 << 21));
  // Zero stays zero while gradients are zero, and the weight stays.
  const MadamState start{0x1234, unit.zero_v()};
  EXPECT_EQ(unit(start, 0, s, 0), start);
  // The first gradient makes it (1-beta) g^2 exactly.
  const std::int32_t g = static_cast<std::int32_t>(std::ldexp(gradient_log2(d, 100, s), 14));
  EXPECT_EQ(unit.second_moment(unit.zero_v(), 100, s).v, 2 * g + unit.log2_one_minus_beta().whole);
  // A moment that decays below its range becomes zero; the last representable one is not yet zero.
  EXPECT_EQ(unit.second_moment(unit.zero_v() + 1, 0, s).v, unit.zero_v());
  const std::int32_t last = unit.zero_v() + 1 - unit.log2_beta().whole;
  EXPECT_EQ(unit.second_moment(last, 0, s).v, unit.zero_v() + 1);
  // A gradient too small for the range of v is kept at the smallest moment, which is not zero.
  MadamSettings tiny = s;
  tiny.gradient_exponent = -32768;
  EXPECT_EQ(unit.second_moment(unit.zero_v(), 1, tiny).v, unit.zero_v() + 1);
  // One too large is kept at the largest.
  MadamSettings huge = s;
  huge.gradient_exponent = 32767;
  EXPECT_EQ(unit.second_moment(unit.zero_v(), 1, huge).v, (1 << 21) - 1);
}

TEST(MadamUpdate, StepExponentFollowsItsFormula) {
  for (const int gamma_log2 : {0, 3, 5}) {
    const Design d = design(gamma_log2, 14);
    const MadamUpdate unit(d);
    const MadamSettings s = settings_of(d);
    std::mt19937 random(12);
    for (int word = 0; word < 256; ++word) {
      const double g = gradient_log2(d, static_cast<Word>(word), s);
      for (int round = 0; round < 200; ++round) {
        const auto v = static_cast<std::int32_t>(
            std::lround((2 * g + 8 - static_cast<int>(random() % 1600) * 0.01) * 16384));
        const double normalised = g - (octaves(d, v) - octaves(d, s.correction)) / 2;
        const double exact = std::min(normalised, std::log2(d.update.bound)) + octaves(d, s.step_log2);
        // Halving drops half a unit at most; the bound's logarithm is half a unit off.
        EXPECT_LE(std::abs(octaves(d, unit.step_exponent(v, static_cast<Word>(word), s)) - exact),
                  octaves(d, 1) / 2 + kDoubleError);
      }
    }
  }
}

using Step = std::function<std::int32_t(std::int32_t)>;

/// The step's rule in whole numbers: the exponent to the nearest code (a tie upwards), then round(C[r] 2^q /
/// 2^CF).
int step_differences(const Design& d, const std::vector<exact::Integer>& constants, const Step& step) {
  const int dropped = d.update.v_fraction - d.format.gamma_log2;
  const int gamma = 1 << d.format.gamma_log2;
  const exact::Integer largest = (1 << (d.update.bits - 1)) - 1;
  int count = 0;
  for (int exponent = -(6 << d.update.v_fraction); exponent < 20 << d.update.v_fraction; exponent += 37) {
    const long code =
        exact::shift_right(exact::Integer(exponent) + exact::shift_left(1, dropped - 1), dropped).get_si();
    const long q = exact::shift_right(code, d.format.gamma_log2).get_si();
    const exact::Integer& c = constants[static_cast<std::size_t>(code - q * gamma)];
    // round(c 2^q / 2^CF) with the point 16 places lower, so that q may be negative
    const exact::Integer scaled = exact::shift_left(c, 16 + q);
    exact::Integer want = exact::shift_right(scaled + exact::shift_left(1, 15 + d.datapath.const_bits),
                                             16 + d.datapath.const_bits);
    if (want > largest) want = largest;
    count += want == step(exponent) ? 0 : 1;
  }
  return count;
}

std::vector<exact::Integer> octave_constants_of(const Design& d) {
  std::vector<exact::Integer> result;
  for (long r = 0; r < 1L << d.format.gamma_log2; ++r) {
    result.push_back(
        exact::nearest(exact::power_of_two(r, 1UL << d.format.gamma_log2), d.datapath.const_bits));
  }
  return result;
}

TEST(MadamUpdate, StepFollowsItsRule) {
  for (const int gamma_log2 : {0, 3, 5}) {
    for (const int bits : {8, 12, 16}) {
      for (const int const_bits : {4, 8, 20}) {
        Design d = design(gamma_log2, 14);
        d.update.bits = bits;
        d.datapath.const_bits = const_bits;
        const MadamUpdate unit(d);
        EXPECT_EQ(step_differences(d, octave_constants_of(d),
                                   [&](std::int32_t e) { return unit.step(e, MadamUpdate::kHalf); }),
                  0);
      }
    }
  }
}

TEST(MadamUpdate, StepCheckSeesAnyChangedConstant) {
  const Design d = design(3, 14);
  const MadamUpdate unit(d);
  for (std::size_t i = 0; i < 8; ++i) {
    std::vector<exact::Integer> changed = octave_constants_of(d);
    changed[i] += 1;
    EXPECT_GT(step_differences(d, changed, [&](std::int32_t e) { return unit.step(e, MadamUpdate::kHalf); }),
              0)
        << i;
  }
}

TEST(MadamUpdate, WeightsMoveAgainstTheGradientAndKeepTheirSign) {
  const Design d = design(3, 14);
  const MadamUpdate unit(d);
  MadamSettings s = settings_of(d);
  std::mt19937 random(13);
  for (int word = 0; word < 256; ++word) {
    for (int round = 0; round < 400; ++round) {
      s.cap = 1 + static_cast<int>(random() % 32767);
      const int code = 1 + static_cast<int>(random() % static_cast<unsigned>(s.cap));
      const MadamState before{static_cast<UpdateWord>((random() & 0x8000) | static_cast<unsigned>(code)),
                              static_cast<std::int32_t>(random() % (1U << 21)) - (1 << 20)};
      const MadamState after = unit(before, static_cast<Word>(word), s, 0);
      EXPECT_EQ(after.weight & 0x8000, before.weight & 0x8000);
      if (word == 0 || word == 128) {
        EXPECT_EQ(after.weight, before.weight);
        continue;
      }
      const std::int32_t delta =
          unit.step(unit.step_exponent(after.v, static_cast<Word>(word), s), MadamUpdate::kHalf);
      const bool same_sign = (before.weight >> 15) == (word >> 7);
      const int moved = (before.weight & 0x7FFF) + (same_sign ? -delta : delta);
      EXPECT_EQ(after.weight & 0x7FFF, moved < 1 ? 1 : moved > s.cap ? s.cap : moved);
    }
  }
}

/// The whole update against Madam in double: the new exponent code, before clamping, moves by
/// eta gamma_U g / sqrt(v'/(1-beta^t)). In log2 the unit's step is off by at most
///   v': (1/64 + 2 units) / 2; halving 1/2 unit; bound 1/2 unit; nearest code 1/(2 gamma); constant 2^-(CF+1)
///   relative;
/// and the integer is rounded by 1/2.
TEST(MadamUpdate, WholeUpdateIsWithinItsBoundOfFloatingPointMadam) {
  const Design d = design(3, 14);
  const MadamUpdate unit(d);
  const MadamSettings s = settings_of(d);
  const double eta_gamma = 16.0;
  const double log_bound =
      1.0 / 128 + octaves(d, 2) + 1.0 / 16 - std::log2(1 - std::exp2(-d.datapath.const_bits - 1));
  std::mt19937 random(14);
  for (int word = 1; word < 128; ++word) {
    for (int round = 0; round < 200; ++round) {
      const double g = std::exp2(gradient_log2(d, static_cast<Word>(word), s));
      const double v = g * g * std::exp2(static_cast<int>(random() % 2400) * 0.01 - 14);
      const auto v_fixed = static_cast<std::int32_t>(std::lround(std::log2(v) * 16384));
      const double v_after = d.update.beta * std::exp2(octaves(d, v_fixed)) + (1 - d.update.beta) * g * g;
      const double corrected = v_after / (1 - std::pow(d.update.beta, 10));
      const double delta = eta_gamma * std::min(g / std::sqrt(corrected), d.update.bound);
      const MadamState after = unit({20000, v_fixed}, static_cast<Word>(word), s, 0);
      const double moved = 20000 - (after.weight & 0x7FFF);
      EXPECT_LE(moved, delta * std::exp2(log_bound) + 0.5);
      EXPECT_GE(moved, delta * std::exp2(-log_bound) - 0.5);
    }
  }
}

Design stochastic_moments(int gamma_log2, int v_fraction) {
  Design d = design(gamma_log2, v_fraction);
  d.update.v_rounding = UpdateRounding::kStochastic;
  return d;
}

/// log2 v' in units of 2^-20 octaves before it is rounded, from its definition: the larger addend, found with
/// constants rounded down to the grid of v, plus the entry of the table.
std::int64_t unrounded_moment(const Design& d, std::int32_t v, Word gradient, const MadamSettings& s) {
  const int dropped = 20 - d.update.v_fraction;
  const std::int64_t beta = fixed_log2(d.update.beta, 20), rest = fixed_log2(1 - d.update.beta, 20);
  const std::int64_t unit = std::int64_t{1} << dropped;
  const std::int64_t decayed = v * unit + beta;
  if ((gradient & 127) == 0) return decayed;
  const auto square = static_cast<std::int64_t>(std::ldexp(2 * gradient_log2(d, gradient, s), 20));
  const std::int64_t fresh = square + rest;
  if (v == -(1 << (d.update.v_bits - 1))) return fresh;
  const std::int64_t coarse = (decayed >> dropped) - (fresh >> dropped);
  const std::vector<std::uint32_t> table = gaussian_logarithm_table(20);
  const auto cell = static_cast<std::size_t>(std::abs(coarse) >> (d.update.v_fraction - 4));
  return (coarse > 0 ? decayed : fresh) + (cell < table.size() ? table[cell] : 0);
}

/// How far the sum of v' over all values of the noise is from what makes its mean exact: 0, or the bias.
std::int64_t bias_of_moment(const Design& d, std::int32_t v, Word gradient, const MadamSettings& s) {
  const MadamUpdate unit(d);
  std::int64_t sum = 0;
  for (std::uint32_t noise = 0; noise < 1U << (20 - d.update.v_fraction); ++noise) {
    sum += unit.second_moment(v, gradient, s, noise).v;
  }
  return sum - unrounded_moment(d, v, gradient, s);
}

TEST(MadamUpdate, StochasticMomentHasTheExactMean) {
  std::mt19937 random(17);
  for (const int v_fraction : {4, 6, 8, 12, 14, 16}) {
    for (const double beta : {0.9999, 0.999, 0.6}) {
      Design d = stochastic_moments(3, v_fraction);
      d.update.v_bits = std::min(28, v_fraction + 8);
      d.update.beta = beta;
      const MadamSettings s = settings_of(d);
      const MadamUpdate unit(d);
      const std::int32_t octave = 1 << v_fraction;
      const auto square = static_cast<std::int32_t>(std::ldexp(2 * gradient_log2(d, 100, s), v_fraction));
      ASSERT_EQ(bias_of_moment(d, unit.zero_v(), 100, s), 0);
      for (int i = 0; i < 20; ++i) {
        const auto near_square = square + static_cast<std::int32_t>(random() % (32U * octave)) - 20 * octave;
        ASSERT_EQ(bias_of_moment(d, near_square, 100, s), 0) << v_fraction << ' ' << beta;
        ASSERT_EQ(bias_of_moment(d, near_square, 0, s), 0) << v_fraction << ' ' << beta;
      }
    }
  }
}

TEST(MadamUpdate, NearestMomentsAreBiased) {
  // With 4 fraction bits log2(0.999) rounds to 0: nothing decays, where stochastic rounding is exact in the
  // mean.
  Design d = design(3, 4);
  const MadamUpdate nearest(d);
  EXPECT_EQ(nearest.second_moment(-50, 0, settings_of(d)).v, -50);
  const Design stochastic = stochastic_moments(3, 4);
  EXPECT_EQ(bias_of_moment(stochastic, -50, 0, settings_of(stochastic)), 0);
  EXPECT_EQ(MadamUpdate(stochastic).second_moment(-50, 0, settings_of(stochastic), 0).v, -51);
}

TEST(MadamUpdate, StochasticMomentsFollowTheirFormula) {
  for (const int v_fraction : {8, 12}) {
    const Design d = stochastic_moments(3, v_fraction);
    const MadamUpdate unit(d);
    const std::uint32_t noises = 1U << (20 - v_fraction);
    std::mt19937 random(5);
    // The addends are exact to 2^-20, what is dropped is below one unit: the same bound.
    EXPECT_EQ(moments_outside_bound(d,
                                    [&](std::int32_t v, Word g, const MadamSettings& s) {
                                      return unit.second_moment(
                                          v, g, s, static_cast<std::uint32_t>(random()) % noises);
                                    }),
              0);
    EXPECT_GT(moments_outside_bound(d,
                                    [&](std::int32_t v, Word g, const MadamSettings& s) {
                                      return unit.second_moment(v, g, s, 100 * noises);
                                    }),
              0);
  }
}

/// The mean of a stochastic step over all 2^16 values of the noise, in codes.
double mean_step(const MadamUpdate& unit, std::int32_t exponent) {
  std::int64_t sum = 0;
  for (std::uint32_t noise = 0; noise < 1U << MadamUpdate::kStepFraction; ++noise) {
    sum += unit.step(exponent, noise);
  }
  return std::ldexp(static_cast<double>(sum), -MadamUpdate::kStepFraction);
}

TEST(MadamUpdate, StochasticStepHasTheExactMean) {
  for (const int bits : {8, 12, 16}) {
    Design d = design(3, 14);
    d.update.bits = bits;
    d.update.rounding = UpdateRounding::kStochastic;
    const MadamUpdate unit(d);
    // A step below E_U in 1/8 octave codes is C[r] 2^q / 2^CF; what is below 2^-16 is dropped.
    for (int code = -20 * 8; code < (bits - 1) * 8; code += 3) {
      const double exact = std::ldexp(unit.octave_table()[static_cast<std::size_t>(code & 7)],
                                      (code >> 3) - d.datapath.const_bits);
      const double mean = mean_step(unit, code * (1 << 11));
      EXPECT_LE(mean, exact);
      EXPECT_GT(mean, exact - std::ldexp(1.0, -MadamUpdate::kStepFraction)) << code;
    }
    EXPECT_EQ(mean_step(unit, bits * (8 << 11)), unit.max_code());
  }
}

TEST(MadamUpdate, NoiseComesFromKeyAndIndex) {
  Design d = design(3, 14);
  MadamSettings s = settings_of(d);
  s.noise_key = 0x0123456789ABCDEF;
  EXPECT_EQ(MadamUpdate(d).noise(s, 7).step, MadamUpdate::kHalf);
  EXPECT_EQ(MadamUpdate(d).noise(s, 7).moment, 0U);
  d.update.rounding = UpdateRounding::kStochastic;
  const MadamUpdate unit(d);
  const std::uint32_t bits = RoundingNoise(0x0123456789ABCDEF)(7);
  EXPECT_EQ(unit.noise(s, 7).step, bits >> 16);
  EXPECT_EQ(unit.noise(s, 7).moment, 0U);
  Design both = d;
  both.update.v_rounding = UpdateRounding::kStochastic;
  EXPECT_EQ(MadamUpdate(both).noise(s, 7).step, bits >> 16);
  EXPECT_EQ(MadamUpdate(both).noise(s, 7).moment, (bits & 0xFFFF) >> 10);  // 20 - 14 bits
  both.update.rounding = UpdateRounding::kNearest;
  EXPECT_EQ(MadamUpdate(both).noise(s, 7).step, MadamUpdate::kHalf);
  // Through the whole update: a step of 16 * 2^-5.5 codes or so is rounded differently from weight to weight.
  std::array<int, 2> moves{};
  for (std::uint32_t i = 0; i < 1000; ++i) {
    const std::int32_t g = static_cast<std::int32_t>(std::ldexp(gradient_log2(d, 100, s), 14));
    const MadamState after = unit({1000, 2 * g + (6 << 14)}, 100, s, i);
    const int moved = 1000 - after.weight;
    ASSERT_TRUE(moved == 0 || moved == 1);
    ++moves[static_cast<std::size_t>(moved)];
  }
  EXPECT_GT(moves[0], 100);
  EXPECT_GT(moves[1], 100);
}

TEST(MadamUpdate, RoundedGradientsAreTheNearestWholeNumbers) {
  Design d = design(3, 14);
  d.update.round_first = true;
  const MadamUpdate unit(d);
  const MadamSettings s = settings_of(d);
  const std::int32_t half_unit = 1;
  int zeros = 0, wholes = 0;
  for (int step = 0; step < 4000; ++step) {
    const std::int32_t g = static_cast<std::int32_t>(std::ldexp(gradient_log2(d, 100, s), 14));
    const std::int32_t v = 2 * g - 8 * (1 << 14) + 20 * step;  // |g*| from 0.2 to 80
    const double normalised = std::exp2(octaves(d, g - ((v - s.correction) >> 1)));
    const double bounded = std::min(normalised, d.update.bound);
    const std::int32_t exponent = unit.step_exponent(v, 100, s);
    if (exponent == MadamUpdate::kNoStep) {
      // A threshold's logarithm is half a unit off.
      EXPECT_LT(bounded, 0.5 * std::exp2(octaves(d, half_unit)));
      ++zeros;
      continue;
    }
    const double whole = std::round(std::exp2(octaves(d, exponent - s.step_log2)));
    EXPECT_EQ(exponent, fixed_log2(whole, d.update.v_fraction) + s.step_log2);
    EXPECT_GE(bounded, (whole - 0.5) * std::exp2(-octaves(d, half_unit)));
    EXPECT_LE(bounded, (whole + 0.5) * std::exp2(octaves(d, half_unit)));
    ++wholes;
  }
  EXPECT_GT(zeros, 100);
  EXPECT_GT(wholes, 1000);
  // A |g*| of zero moves nothing, whatever the noise.
  EXPECT_EQ(unit.step(MadamUpdate::kNoStep, 0xFFFF), 0);
}

/// Stored words of the design whose operand differs from the nearest operand code, a tie to the smaller one.
int operand_differences(const Design& d, const std::function<Word(UpdateWord)>& operand) {
  const int ratio = 1 << (d.update.bits - d.format.bits);
  const int largest = (1 << (d.format.bits - 1)) - 1;
  const int stored_largest = (1 << (d.update.bits - 1)) - 1;
  const bool reserved = d.format.zero == ZeroCode::kReserved;
  int count = 0;
  for (int word = 0; word < 1 << d.update.bits; ++word) {
    const int stored = word & stored_largest;
    int best =
        0;  // nearest of the codes 0..E: exponents (code - E) ratio and stored - stored_largest, in steps
    for (int code = 1; code <= largest; ++code) {
      const auto distance = [&](int c) {
        return std::abs((c - largest) * ratio - (stored - stored_largest));
      };
      if (distance(code) < distance(best)) best = code;
    }
    const int sign = word > stored_largest && !(reserved && best == 0) ? largest + 1 : 0;
    count += operand(static_cast<UpdateWord>(word)) == sign + best ? 0 : 1;
  }
  return count;
}

TEST(MadamUpdate, OperandsAreTheNearestToEveryStoredWeight) {
  for (const int update_bits : {8, 9, 12, 16}) {
    for (const auto zero : {ZeroCode::kReserved, ZeroCode::kNone}) {
      Design d;
      d.update.bits = update_bits;
      d.format.zero = zero;
      EXPECT_EQ(operand_differences(d, [&](UpdateWord w) { return operand_of_weight(d, w); }), 0)
          << update_bits;
    }
  }
}

TEST(MadamUpdate, OperandCheckSeesTruncation) {
  const Design d;
  EXPECT_GT(operand_differences(d, [](UpdateWord w) { return static_cast<Word>(w >> 8); }), 0);
}

}  // namespace
}  // namespace napier
