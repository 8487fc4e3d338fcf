// The FP32 Madam of the host against the rule of LNS-Madam's published program, written anew in 256-bit
// numbers (MPFR): v <- 0.999 v + 0.001 g^2; g* = g / sqrt(v / (1 - 0.999^t)), 0 where that is 0/0, within
// +-10; w <- w 2^(-lr g* sign(w)), |w| at most 3 RMS of the initial weights; lr = 1/128. The program also
// rounds g* to a whole number after the bound: update.round_first of the Madam unit, which the host's rule
// does not have.
#include <gtest/gtest.h>
#include <mpfr.h>

#include <bit>
#include <cmath>
#include <random>

#include "models/train/host_optimizer.hpp"

namespace napier {
namespace {

/// A number of 256 bits.
class Wide {
 public:
  explicit Wide(double x = 0) {
    mpfr_init2(v_, 256);
    mpfr_set_d(v_, x, MPFR_RNDN);
  }
  explicit Wide(const char* decimal) {
    mpfr_init2(v_, 256);
    mpfr_set_str(v_, decimal, 10, MPFR_RNDN);
  }
  ~Wide() { mpfr_clear(v_); }
  Wide(const Wide&) = delete;
  Wide& operator=(const Wide&) = delete;
  mpfr_ptr get() { return v_; }

 private:
  mpfr_t v_;
};

/// The weight and its second moment are kept as FP32, as the authors' program keeps them: each is rounded
/// once a step.
struct OracleWeight {
  float w = 0, v = 0;
};

void oracle_step(OracleWeight& state, float gradient, int t, double cap, const char* beta) {
  Wide decay(beta), fresh(1.0), g(gradient), v(state.v), x, y;
  mpfr_sub(fresh.get(), fresh.get(), decay.get(), MPFR_RNDN);
  mpfr_mul(x.get(), decay.get(), v.get(), MPFR_RNDN);
  mpfr_sqr(y.get(), g.get(), MPFR_RNDN);
  mpfr_mul(y.get(), y.get(), fresh.get(), MPFR_RNDN);
  mpfr_add(v.get(), x.get(), y.get(), MPFR_RNDN);
  state.v = mpfr_get_flt(v.get(), MPFR_RNDN);
  mpfr_set_flt(v.get(), state.v, MPFR_RNDN);
  mpfr_pow_si(x.get(), decay.get(), t, MPFR_RNDN);  // 1 - beta^t
  mpfr_ui_sub(x.get(), 1, x.get(), MPFR_RNDN);
  mpfr_div(v.get(), v.get(), x.get(), MPFR_RNDN);
  mpfr_sqrt(v.get(), v.get(), MPFR_RNDN);
  mpfr_div(g.get(), g.get(), v.get(), MPFR_RNDN);
  if (mpfr_cmp_si(g.get(), 10) > 0) mpfr_set_si(g.get(), 10, MPFR_RNDN);
  if (mpfr_cmp_si(g.get(), -10) < 0) mpfr_set_si(g.get(), -10, MPFR_RNDN);
  mpfr_div_si(g.get(), g.get(), state.w > 0 ? -128 : 128, MPFR_RNDN);
  mpfr_exp2(g.get(), g.get(), MPFR_RNDN);
  mpfr_mul_d(g.get(), g.get(), state.w, MPFR_RNDN);
  if (mpfr_cmp_d(g.get(), cap) > 0) mpfr_set_d(g.get(), cap, MPFR_RNDN);
  if (mpfr_cmp_d(g.get(), -cap) < 0) mpfr_set_d(g.get(), -cap, MPFR_RNDN);
  state.w = mpfr_get_flt(g.get(), MPFR_RNDN);
}

/// Distance of two floats of one sign in units in the last place.
int units_apart(float a, float b) {
  return std::abs(std::bit_cast<std::int32_t>(a) - std::bit_cast<std::int32_t>(b));
}

/// Weights that are more than one unit in the last place from the oracle's after any of 400 steps. Both round
/// each stored number once a step; the host's double differs from 256 bits by a few 2^-53, so that a rounding
/// to 24 bits goes the other way in about one of 2^26 numbers. A second moment that is one unit off is 2^-24
/// of itself off, moves g* by 2^-25 of it and so a weight, by lr ln(2) |g*| <= 0.054, 2^-29 of itself: far
/// below a unit. So a difference of one unit is what a step can make, and two need two such roundings of one
/// weight.
int outside_one_unit(const char* beta, double host_decay) {
  std::mt19937 random(9);
  std::normal_distribution<float> gaussian;
  std::vector<float> weights(200), gradient(weights.size());
  for (float& w : weights) w = 0.1F * gaussian(random);
  HostParameters parameters;
  parameters.second_moment = host_decay;
  HostOptimizer host(parameters, HostRule::kMadam, 10.0, weights);
  // The cap is FP32, as a tensor's limit is.
  const double cap = static_cast<float>(3.0 * root_mean_square(weights));
  std::vector<OracleWeight> oracle;
  for (const float w : weights) oracle.push_back({w, 0});
  const Parallel one(1);
  int outside = 0;
  for (int t = 1; t <= 400; ++t) {
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      gradient[i] = std::exp2(static_cast<float>(i % 30)) * 1e-6F * (gaussian(random) + 0.5F);
    }
    host.step(weights, gradient, 1.0 / 128, t, one);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      oracle_step(oracle[i], gradient[i], t, cap, beta);
      outside += units_apart(weights[i], oracle[i].w) <= 1 ? 0 : 1;
    }
  }
  return outside;
}

TEST(MadamOracle, HostIsWithinOneUnitOfThePublishedRule) { EXPECT_EQ(outside_one_unit("0.999", 0.999), 0); }

TEST(MadamOracle, OneUnitSeesAnotherDecay) { EXPECT_GT(outside_one_unit("0.999", 0.99901), 1000); }

TEST(MadamOracle, ZeroMomentGivesZeroStep) {
  // The published program divides zero by zero here and takes 0 for it: the weight stays.
  std::vector<float> weights = {0.5F, -0.25F};
  HostOptimizer host({}, HostRule::kMadam, 10.0, weights);
  host.step(weights, std::vector<float>{0.0F, 0.0F}, 1.0 / 128, 1, Parallel(1));
  EXPECT_EQ(weights, (std::vector<float>{0.5F, -0.25F}));
}

}  // namespace
}  // namespace napier
