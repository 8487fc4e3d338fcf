#include "models/base/simon.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace napier {
namespace {

TEST(Simon, AllRoundsGiveThePublishedCiphertext) {
  // IACR ePrint 2013/404, appendix B, Simon32/64.
  EXPECT_EQ(SimonCounter<32>(0x1918111009080100)(0x65656877), 0xC69BE9BBU);
}

/// A number of -1/2 + 2^-17 .. 1/2 - 2^-17 made of the high 16 bits, which rounding uses: mean 0, variance
/// 1/12 (nearly), where the bits are random.
template <int kRounds>
double centred(const SimonCounter<kRounds>& noise, std::uint32_t index) {
  return static_cast<double>(noise(index) >> 16) / 65536.0 - 0.5 + 0x1p-17;
}

/// Largest correlation of the noise at index i and at i + lag over many keys, in standard deviations.
template <int kRounds>
double worst_correlation() {
  constexpr int kKeys = 16, kIndices = 8192;
  std::mt19937_64 random(7);
  double worst = 0;
  for (const std::uint32_t lag : {1U, 2U, 3U, 8U, 16U, 64U, 256U, 784U, 1024U, 65536U}) {
    double sum = 0;
    for (int k = 0; k < kKeys; ++k) {
      const SimonCounter<kRounds> noise(random());
      for (std::uint32_t i = 0; i < kIndices; ++i) sum += centred(noise, i) * centred(noise, i + lag);
    }
    worst = std::max(worst, std::abs(sum) * 12 / std::sqrt(kKeys * kIndices));
  }
  return worst;
}

/// Largest deviation from one half, in standard deviations, of how often a used bit flips with one index bit.
template <int kRounds>
double worst_avalanche() {
  constexpr int kTries = 4096;
  std::mt19937_64 random(8);
  double worst = 0;
  for (int bit = 0; bit < 24; ++bit) {
    std::array<int, 16> flips{};
    for (int n = 0; n < kTries; ++n) {
      const SimonCounter<kRounds> noise(random());
      const auto index = static_cast<std::uint32_t>(random() & 0xFFFFFF);
      const std::uint32_t changed = noise(index) ^ noise(index ^ (1U << bit));
      for (std::size_t o = 0; o < flips.size(); ++o) flips[o] += static_cast<int>(changed >> (16 + o) & 1);
    }
    for (const int f : flips) worst = std::max(worst, std::abs(f - kTries / 2.0) / std::sqrt(kTries / 4.0));
  }
  return worst;
}

// 10 lags and 384 bit pairs: normal deviates beyond 5 are seen once in 4000 such tests; the seeds are fixed.
constexpr double kLimit = 5.0;

TEST(Simon, RoundingNoiseIsUncorrelatedAndAvalanches) {
  EXPECT_LT(worst_correlation<RoundingNoise::rounds()>(), kLimit);
  EXPECT_LT(worst_avalanche<RoundingNoise::rounds()>(), kLimit);
}

TEST(Simon, ChecksSeeTooFewRounds) {
  EXPECT_GT(worst_correlation<7>(), kLimit);
  EXPECT_GT(worst_avalanche<7>(), kLimit);
}

}  // namespace
}  // namespace napier
