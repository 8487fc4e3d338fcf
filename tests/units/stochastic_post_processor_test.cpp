// Random rounding of accumulators: all 2^16 random words are tried, so probabilities are counted, not
// estimated.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "models/format/quantizer.hpp"
#include "models/units/output_converter.hpp"

namespace napier {
namespace {

Design stochastic(int gamma_log2, int compare_bits) {
  Design d;
  d.format.rounding = Rounding::kStochastic;
  d.format.gamma_log2 = gamma_log2;
  d.post_processor.compare_bits = compare_bits;
  return d;
}

/// How often each word comes out, over all random words.
std::map<Word, int> outcomes(const PostProcessor& unit, std::int32_t acc, const PostSettings& settings) {
  std::map<Word, int> counts;
  for (std::uint32_t random = 0; random < 1U << 16; ++random) ++counts[unit(acc, settings, random).word];
  return counts;
}

/// Mean over all random words of the value that comes out, in units of the accumulator.
double mean_value(const Design& d, std::int32_t acc, const PostSettings& settings) {
  const PostProcessor unit(d);
  const LnsFormat f(d.format);
  double mean = 0;
  for (const auto& [word, count] : outcomes(unit, acc, settings)) {
    if (f.is_zero(word)) continue;
    const double value = std::exp2(static_cast<double>(f.code(word) - settings.bias_k) / f.gamma());
    mean += (f.negative(word) ? -value : value) * count / 65536.0;
  }
  return mean;
}

/// Largest |mean / accumulator - 1| over accumulators from `first` to 2^22.
double worst_bias(const Design& d, int bias_k, std::int32_t first) {
  double worst = 0;
  for (std::int32_t acc = first; acc < 1 << 22; acc += 1 + acc / 5) {
    for (const std::int32_t signed_acc : {acc, -acc}) {
      const double mean = mean_value(d, signed_acc, {.bias_k = bias_k});
      worst = std::max(worst, std::abs(mean / signed_acc - 1.0));
    }
  }
  return worst;
}

/// The bound of PostProcessor's contract: the mantissa loses less than 2^-compare_bits, code values are
/// rounded by half that, and a chance by 2^-16 of at most one octave's gap.
double bound(int compare_bits) { return std::ldexp(1.0, -compare_bits) * 2 + std::ldexp(1.0, -15); }

TEST(StochasticPostProcessor, MeanIsTheAccumulator) {
  for (const int gamma_log2 : {0, 3, 5}) {
    for (const int compare_bits : {8, 10, 16}) {
      const Design d = stochastic(gamma_log2, compare_bits);
      // 2^22 stands just below the largest code; gamma's range ends 127 / gamma octaves below.
      const int top = LnsFormat(d.format).max_code() - (23 << gamma_log2);
      const std::int32_t first = gamma_log2 == 0 ? 1 : gamma_log2 == 3 ? 1 << 8 : 1 << 20;
      EXPECT_LT(worst_bias(d, top, first), bound(compare_bits)) << gamma_log2 << ' ' << compare_bits;
    }
  }
}

TEST(StochasticPostProcessor, MeanHoldsBelowCodeOne) {
  const Design d = stochastic(3, 10);
  const PostProcessor unit(d);
  for (const int octaves : {1, 3, 6}) {
    const std::int32_t acc = 1000000;  // 19.93 octaves above 1
    const PostSettings settings{.bias_k = 1 - (20 + octaves) * 8};
    const auto counts = outcomes(unit, acc, settings);
    ASSERT_EQ(counts.size(), 2U);
    // The chance has a grain of 2^-16, so its relative grain grows with the octaves.
    EXPECT_NEAR(mean_value(d, acc, settings) / acc, 1.0, bound(10) + std::ldexp(1.0, octaves - 15));
  }
  EXPECT_EQ(outcomes(unit, 1, {.bias_k = -2000}).size(), 1U);
  EXPECT_EQ(unit(1, {.bias_k = -2000}, 0).word, 0);
  EXPECT_EQ(unit(1, {.bias_k = -2000}, 0).event, PostEvent::kUnderflow);
}

TEST(StochasticPostProcessor, NearestRoundingIsSeenAsBiased) {
  Design d = stochastic(3, 10);
  d.format.rounding = Rounding::kLogNearest;
  EXPECT_GT(worst_bias(d, 127 - (23 << 3), 1 << 8), 10 * bound(10));
}

TEST(StochasticPostProcessor, ChoosesNeighboursOnlyAndCodesStay) {
  const Design d = stochastic(3, 10);
  const PostProcessor unit(d);
  for (int octave = 7; octave < 21; ++octave) {  // powers of two are codes
    EXPECT_EQ(outcomes(unit, 1 << octave, {.bias_k = -50}).size(), 1U) << octave;
  }
  for (std::int32_t acc = 3; acc < 1 << 20; acc += acc / 3 + 1) {
    const auto counts = outcomes(unit, acc, {.bias_k = -40});
    ASSERT_LE(counts.size(), 2U) << acc;
    if (counts.size() == 2) {
      EXPECT_EQ(counts.begin()->first + 1, counts.rbegin()->first) << acc;
    }
  }
  EXPECT_EQ(unit(1 << 20, {.bias_k = 0}, 0).event, PostEvent::kClamped);
}

TEST(OutputConverter, RandomBitsDependOnKeyRowAndColumnAlone) {
  Design d = stochastic(3, 10);
  const OutputConverter one(d, {.bias_k = -40, .random_key = 1}), two(d, {.bias_k = -40, .random_key = 2});
  d.datapath.lanes = 4;
  d.post_processor.lanes = 1;
  const OutputConverter other_tiles(d, {.bias_k = -40, .random_key = 1});
  int by_key = 0, by_row = 0, by_column = 0, up = 0;
  constexpr std::int32_t kAcc = 4290;  // about midway between two codes
  for (int m = 0; m < 100; ++m) {
    for (int n = 0; n < 100; ++n) {
      const Word word = one(kAcc, 0, m, n).word;
      ASSERT_EQ(word, other_tiles(kAcc, 0, m, n).word);
      by_key += word != two(kAcc, 0, m, n).word;
      by_row += word != one(kAcc, 0, m + 1, n).word;
      by_column += word != one(kAcc, 0, m, n + 1).word;
      up += word - one(4096, 0, 0, 0).word;
    }
  }
  // 10000 draws of a chance p near 1/2 spread by 50 draws about 10000 p; two independent ones differ as often
  // as 2 p (1 - p). Six deviations.
  const double p = up / 10000.0;
  EXPECT_NEAR(p, 0.5, 0.1);
  for (const int differ : {by_key, by_row, by_column}) EXPECT_NEAR(differ, 20000 * p * (1 - p), 300);
}

TEST(OutputConverter, RowScaleIsAnOffsetOfTheCode) {
  const Design d;
  const OutputConverter convert(d, {.bias_k = -40});
  const PostProcessor unit(d);
  for (const int scale : {0, -1, -9, -300}) {
    EXPECT_EQ(convert(5000, scale, 1, 1).word, unit(5000, {.bias_k = -40 + scale}).word);
  }
}

}  // namespace
}  // namespace napier
