// Elementary functions of layers against long double, within their stated bounds.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "models/base/parallel.hpp"
#include "models/nn/exponential.hpp"
#include "models/nn/gelu.hpp"
#include "tests/nn/random_numbers.hpp"
#include "tests/nn/reference_engine.hpp"

namespace napier::nn {
namespace {

constexpr long double kSlope = 1.595769121605730711759L;  // 2 sqrt(2/pi)

long double argument(long double x) { return kSlope * x * (1 + 0.044715L * x * x); }
long double exact_gelu(long double x) { return x / (1 + std::exp(-argument(x))); }

template <class Real>
void expect_gelu_within_bound() {
  constexpr long double kUnit = std::numeric_limits<Real>::epsilon() / 2;
  long double worst = 0;  // of the bound
  for (int i = -40000; i <= 40000; ++i) {
    const Real x = static_cast<Real>(i) / Real{5000};
    const long double exact = exact_gelu(x);
    const long double bound = kUnit * std::abs(exact) * (9 * std::abs(argument(x)) + 12) + 0x1p-126L;
    const long double error = std::abs(static_cast<long double>(gelu(x)) - exact);
    ASSERT_LE(error, bound) << x;
    worst = std::max(worst, error / bound);
  }
  EXPECT_GT(worst, 0.05L);  // the bound is no empty one
}

TEST(Functions, GeluIsWithinItsBound) {
  expect_gelu_within_bound<float>();
  expect_gelu_within_bound<double>();
}

TEST(Functions, GeluIsNearTheFormWithErf) {
  long double worst = 0;
  for (int i = -8000; i <= 8000; ++i) {
    const double x = i / 1000.0;
    worst = std::max(worst, std::abs(gelu(x) - 0.5L * x * std::erfc(-x / std::sqrt(2.0L))));
  }
  EXPECT_LE(worst, 5e-4L);
  EXPECT_GE(worst, 4e-4L);
}

template <class Real>
void expect_gelu_at_the_ends() {
  constexpr Real kInfinity = std::numeric_limits<Real>::infinity();
  for (const Real x : {Real{31}, Real{32}, Real{33}, Real{1e30F}}) {
    EXPECT_EQ(gelu(x), x);
    EXPECT_EQ(gelu_slope(x), Real{1});
    EXPECT_EQ(gelu(-x), Real{0});
    EXPECT_EQ(gelu_slope(-x), Real{0});
  }
  EXPECT_EQ(gelu(kInfinity), kInfinity);
  EXPECT_TRUE(std::isnan(gelu(-kInfinity)));
  EXPECT_EQ(gelu(Real{0}), Real{0});
  EXPECT_EQ(gelu_slope(Real{0}), Real{0.5});
  EXPECT_TRUE(std::isnan(gelu(std::numeric_limits<Real>::quiet_NaN())));
}

TEST(Functions, GeluAtTheEnds) {
  expect_gelu_at_the_ends<float>();
  expect_gelu_at_the_ends<double>();
}

TEST(Functions, ExponentialIsWithinItsBound) {
  for (int i = 0; i <= 870000; i += 7) {
    const float x = -static_cast<float>(i) / 10000.0F;
    const long double exact = std::exp(static_cast<long double>(x));
    const long double bound = (std::abs(x) + 2.01L) * 0x1p-23L * exact;
    ASSERT_LE(std::abs(exp_nonpositive(x) - exact), bound) << x;
    const double wide = x;
    ASSERT_LE(std::abs(exp_nonpositive(wide) - exact), 0x1p-50L * exact) << x;
  }
  EXPECT_EQ(exp_nonpositive(0.0F), 1.0F);
  EXPECT_EQ(exp_nonpositive(-88.0F), 0.0F);
  EXPECT_EQ(exp_nonpositive(-std::numeric_limits<float>::infinity()), 0.0F);
  EXPECT_EQ(exp_nonpositive(-std::numeric_limits<double>::infinity()), 0.0);
}

TEST(Functions, VectorCodeGivesTheSameBits) {
  constexpr std::size_t kCount = 20011;
  const Parallel threads(1);
  ReferenceEngine<float> engine;
  Initial initial(1);
  Gelu<float> layer({engine, threads, initial}, {1, 1, static_cast<int>(kCount)});
  const std::vector<float> x = random_numbers<float>(kCount, 1, 40.0);
  const Tensor<float> y = layer.forward(x, Mode::kTrain);
  const Tensor<float> slopes = layer.backward(std::vector<float>(kCount, 1.0F));
  std::vector<float> powers = x;
  exponentials(powers, 40.0F);
  for (std::size_t i = 0; i < kCount; ++i) {
    ASSERT_EQ(std::bit_cast<std::uint32_t>(y[i]), std::bit_cast<std::uint32_t>(gelu(x[i]))) << x[i];
    ASSERT_EQ(std::bit_cast<std::uint32_t>(slopes[i]), std::bit_cast<std::uint32_t>(gelu_slope(x[i])))
        << x[i];
    ASSERT_EQ(powers[i], exp_nonpositive(x[i] - 40.0F)) << x[i];
  }
}

}  // namespace
}  // namespace napier::nn
