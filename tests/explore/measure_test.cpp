// Measurements against what theory says of them, and that they see a changed arithmetic.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "explore/measure/second_moment.hpp"
#include "explore/measure/update_error.hpp"
#include "models/base/error.hpp"
#include "models/trace/reference.hpp"
#include "models/units/madam_update.hpp"

namespace napier::explore {
namespace {

/// Steps in which the unit's log2 v, started from the same v as FP64's, is farther from it than a bound that
/// is carried along. One step from v, in octaves, w = beta v / (beta v + (1-beta) g^2):
///   the error that v has is multiplied by at most the larger w of both (w grows with v);
///   the table's cells are 1/16 octave wide, so its distance is off by 1/32 and its value, whose slope is at
///   most the smaller share, by (1/32) times that share, taken 1/32 octave larger;
///   the three constants and the table's entry are rounded: 2 units of 2^-v_fraction.
int steps_outside_bound(const Design& d, const MadamUpdate& unit) {
  const LnsFormat format(d.format);
  const double one = std::ldexp(1.0, -d.update.v_fraction);
  const MadamSettings settings{.gradient_exponent = -format.max_code()};
  std::mt19937 random(3);
  std::normal_distribution<double> gaussian;
  std::int32_t v = -(4 << d.update.v_fraction);
  double exact = std::exp2(-4.0), error = 0;
  int outside = 0;
  for (int t = 0; t < 5000; ++t) {
    const double wanted = std::clamp(std::abs(gaussian(random)) / 4, 1e-4, 1.0);
    const auto code = static_cast<Word>(std::lround(format.max_code() + 8 * std::log2(wanted)));
    const double square = std::exp2(2.0 * (code - format.max_code()) / 8);
    const auto share = [&](double x) {
      return d.update.beta * x / (d.update.beta * x + (1 - d.update.beta) * square);
    };
    const double old = share(std::max(exact, std::exp2(std::ldexp(v, -d.update.v_fraction))));
    const double fresh = 1 - share(std::min(exact, std::exp2(std::ldexp(v, -d.update.v_fraction))));
    const double smaller = std::min({old, fresh, 0.5}) * std::exp2(1.0 / 32);
    error = old * error + smaller / 32 + 2 * one;
    v = unit.second_moment(v, code, settings).v;
    exact = d.update.beta * exact + (1 - d.update.beta) * square;
    outside += std::abs(std::ldexp(v, -d.update.v_fraction) - std::log2(exact)) <= error ? 0 : 1;
  }
  return outside;
}

TEST(SecondMoment, StaysWithinABoundCarriedAlong) {
  for (int fraction = 9; fraction <= 16; ++fraction) {
    Design d;
    d.update.v_fraction = fraction;
    d.update.v_bits = fraction + 8;
    EXPECT_EQ(steps_outside_bound(d, MadamUpdate(d)), 0) << fraction;
  }
}

TEST(SecondMoment, BoundSeesAnotherBeta) {
  Design d;
  Design other = d;
  other.update.beta = 0.99;
  EXPECT_GT(steps_outside_bound(d, MadamUpdate(other)), 1000);
}

TEST(SecondMoment, BiasFallsWithFractionBitsAndDoesNotDependOnOthersMeasured) {
  SecondMomentRequest request{.steps = 4000, .weights = 4, .fractions = {8, 14}};
  const std::vector<SecondMomentBias> both = second_moment_bias(Design{}, request);
  // log2(beta) rounds to 0 with 8 bits: v only grows.
  EXPECT_LT(both[0].mean_percent, -10);
  EXPECT_LT(std::abs(both[1].mean_percent), 2);
  EXPECT_LE(both[1].lowest_percent, both[1].mean_percent);
  EXPECT_GE(both[1].highest_percent, both[1].mean_percent);
  request.fractions = {14};
  EXPECT_EQ(second_moment_bias(Design{}, request)[0].mean_percent, both[1].mean_percent);
}

TEST(SecondMoment, IsUnbiasedWhereItIsRoundedAtRandom) {
  Design d;
  d.update.v_rounding = UpdateRounding::kStochastic;
  const SecondMomentRequest request{
      .steps = 4000, .weights = 16, .fractions = {}, .stochastic_fractions = {8, 12}};
  // v moves by less than a grid step at random in each of the 1000 steps that beta remembers: its deviation
  // is below sqrt(1000 / 2 / 4) = 11 units, 4.4 % of an octave with 8 bits and 0.3 % with 12, of which g*
  // sees half; the mean of 16 weights over two memories each is off by less than a fifth of that, and the
  // table by 0.2 %.
  const std::vector<SecondMomentBias> both = second_moment_bias(d, request);
  EXPECT_LT(std::abs(both[0].mean_percent), 2.2 * 3 / 5 + 0.2);
  EXPECT_LT(std::abs(both[1].mean_percent), 0.15 * 3 / 5 + 0.2);
}

constexpr StepRule kRules[] = {StepRule::kGradientDescent, StepRule::kMultiplicative,
                               StepRule::kSignMultiplicative};

StepTensors some_tensors() {
  std::mt19937 random(4);
  std::normal_distribution<double> gaussian;
  StepTensors t;
  for (int i = 0; i < 4000; ++i) {
    t.weights.push_back(0.1 * gaussian(random));
    t.gradient.push_back(gaussian(random));
  }
  return t;
}

TEST(UpdateError, IsBelowTheBounds) {
  // The mean of 16 roundings of 4000 weights is within a few percent of the expectation, and the bounds that
  // are reached, signMUL's at small eta, hold for the expectation: 5 deviations of the mean are allowed. A
  // weight's share is below 1/gamma^2 and at most p of its square's mean, so the sum's variance is at most
  // expectation / gamma^2.
  const StepTensors t = some_tensors();
  for (const StepRule rule : kRules) {
    for (const int gamma_log2 : {3, 7, 11}) {
      for (const double eta : {0.3, 0.01, 0.001}) {  // no step is a whole number of codes
        const UpdateErrorPoint p = update_error(t, rule, gamma_log2, eta, 16, 1, gamma_log2);
        const double deviation = std::sqrt(p.bound / 16) / std::ldexp(1.0, gamma_log2);
        EXPECT_LE(p.mean, p.bound + 5 * deviation);
        EXPECT_GT(p.mean, 0);
      }
    }
  }
}

TEST(UpdateError, BoundsSeeACoarserQuantiser) {
  // Multiplicative steps alone are bounded by the step, so a grid 16 times coarser shows.
  const StepTensors t = some_tensors();
  for (const StepRule rule : {StepRule::kMultiplicative, StepRule::kSignMultiplicative}) {
    const UpdateErrorPoint p = update_error(t, rule, 7, std::ldexp(1.0, -10), 16, 1, 3);
    EXPECT_GT(p.mean, p.bound);
  }
}

TEST(UpdateError, SignStepsBelowAHalfCodeHaveTheirClosedForm) {
  // Every weight moves p = eta gamma of a code: r = d p (1 - p) / gamma^2.
  const StepTensors t = some_tensors();
  const double p = std::ldexp(1.0, -4);
  const UpdateErrorPoint point =
      update_error(t, StepRule::kSignMultiplicative, 6, std::ldexp(1.0, -10), 64, 1, 6);
  const double expected = 4000 * p * (1 - p) / 4096;
  // A share is ((1-p)/gamma)^2 or (p/gamma)^2: its deviation sqrt(p(1-p)) (1-2p) / gamma^2, of 64 * 4000.
  const double deviation = std::sqrt(4000 * p * (1 - p) / 64) * (1 - 2 * p) / 4096;
  EXPECT_NEAR(point.mean, expected, 5 * deviation);
}

TEST(UpdateError, TensorsComeFromTheTrace) {
  const Design d;
  const std::vector<Shape> shapes = {{3, 2, 4}};
  Trace trace = random_trace(d, shapes, 3);
  ASSERT_EQ(trace.updates.size(), 1U);
  trace.gemms[0].pass = Pass::kForward;
  trace.gemms[0].k_a = 8;  // code E_U is 2
  UpdateRecord& r = trace.updates[0];
  r.before[0].weight = 0xFFFF;
  r.before[1].weight = 0x7FFF - 2048;
  r.settings.gradient_exponent = -127;
  r.gradient[0] = 0x7F;
  r.gradient[1] = 0;
  const StepTensors t = step_tensors(trace)[0];
  EXPECT_EQ(t.weights[0], -2.0);
  EXPECT_EQ(t.weights[1], 1.0);
  EXPECT_EQ(t.gradient[0], 1.0);
  EXPECT_EQ(t.gradient[1], 0.0);
  trace.gemms[0].pass = Pass::kWeightGradient;
  EXPECT_THROW(step_tensors(trace), InputError);
}

}  // namespace
}  // namespace napier::explore
