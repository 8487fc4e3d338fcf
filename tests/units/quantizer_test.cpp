#include "models/format/quantizer.hpp"

#include <gmock/gmock.h>

#include <bit>
#include <cmath>

#include "models/base/error.hpp"
#include "models/design/widths.hpp"
#include "tests/units/exact_real.hpp"

namespace napier {
namespace {

const TensorPlace kPlace{"weights of layer 0", 7};

Design lns(int bits, int gamma_log2) {
  Design d;
  d.format.bits = bits;
  d.format.gamma_log2 = gamma_log2;
  return d;
}

Word quantize_one(const Quantizer& q, float x, int k, QuantizeCounts* counts = nullptr) {
  Word word = 0;
  const QuantizeCounts c = q.quantize({&x, 1}, k, {&word, 1}, kPlace);
  if (counts != nullptr) *counts = c;
  return word;
}

/// The contract in so many words: the number of thresholds at or below |x| / S, the first of them below
/// code 1.
int expected_code(const Format& f, float x, int k, int highest) {
  const int gamma = 1 << f.gamma_log2;
  int code = 0;
  while (code < highest && !exact::below_threshold(x, f.rounding, k + code - highest, gamma)) ++code;
  return code;
}

TEST(Quantizer, EveryMantissaIsOnTheRightSideOfEveryThreshold) {
  // Codes do not fall from one of the 2^23 mantissas to the next, and they rise exactly at the thresholds.
  constexpr std::uint32_t kBlock = 1U << 16;
  std::vector<float> x(kBlock);
  std::vector<Word> out(kBlock);
  for (int b = 0; b <= 5; ++b) {
    for (const Rounding rounding : {Rounding::kLogNearest, Rounding::kLinearNearest}) {
      Design d = lns(8, b);
      d.format.rounding = rounding;
      const Quantizer q(d);
      const int gamma = 1 << b;
      const int k = 2 * gamma;
      int previous = 127 - k;
      for (std::uint32_t start = 0; start < 1U << 23; start += kBlock) {
        for (std::uint32_t i = 0; i < kBlock; ++i) x[i] = std::bit_cast<float>(0x3F800000U + start + i);
        q.quantize(x, k, out, kPlace);
        for (const Word word : out) {
          ASSERT_TRUE(word == previous || word == previous + 1);
          previous = word;
        }
      }
      for (int r = 0; r < gamma; ++r) {
        const float above = exact::smallest_float_not_below_threshold(rounding, r, gamma);
        const float below = std::nextafter(above, 0.0F);
        EXPECT_EQ(quantize_one(q, above, k), 127 - k + r + 1) << b << ' ' << r;
        EXPECT_EQ(quantize_one(q, below, k), 127 - k + r) << b << ' ' << r;
      }
    }
  }
}

TEST(Quantizer, CodesFollowTheContractOverTheWholeRange) {
  for (const int bits : {4, 6, 8}) {
    for (int b = 0; b < bits - 1 && b <= 5; ++b) {
      const Design d = lns(bits, b);
      const Quantizer q(d);
      const int highest = (1 << (bits - 1)) - 1;
      for (const int k : {-37, 0, 5}) {
        for (float x = 1e-6F; x < 100; x *= 1.37F) {
          QuantizeCounts counts;
          const Word word = quantize_one(q, -x, k, &counts);
          const int code = expected_code(d.format, x, k, highest);
          ASSERT_EQ(word, code == 0 ? 0 : code | (highest + 1)) << bits << ' ' << b << ' ' << k << ' ' << x;
          ASSERT_EQ(counts.underflowed, code == 0 ? 1 : 0);
          ASSERT_EQ(counts.saturated, exact::below_threshold(x, d.format.rounding, k, 1 << b) ? 0 : 1);
        }
      }
    }
  }
}

TEST(Quantizer, WordsComeBackAsThemselves) {
  for (const int bits : {4, 8}) {
    for (int b = 0; b < bits - 1 && b <= 5; ++b) {
      for (const ZeroCode zero : {ZeroCode::kReserved, ZeroCode::kNone}) {
        Design d = lns(bits, b);
        d.format.zero = zero;
        const Quantizer q(d);
        const std::vector<float> table = q.dequantize_table(-11);
        ASSERT_EQ(table.size(), std::size_t{1} << bits);
        for (std::size_t word = 0; word < table.size(); ++word) {
          const Word want =
              LnsFormat(d.format).is_zero(static_cast<Word>(word)) ? Word{0} : static_cast<Word>(word);
          EXPECT_EQ(quantize_one(q, table[word], -11), want);
        }
      }
    }
  }
}

TEST(Quantizer, TheSmallestScaleThatHoldsTheLargestMagnitude) {
  for (int b = 0; b <= 5; ++b) {
    for (const ScaleGrid grid : {ScaleGrid::kGamma, ScaleGrid::kPowerOfTwo}) {
      Design d = lns(8, b);
      d.format.scale_grid = grid;
      const Quantizer q(d);
      const int gamma = 1 << b;
      const int step = grid == ScaleGrid::kGamma ? 1 : gamma;
      for (int r = -3 * gamma; r <= 3 * gamma; ++r) {
        const float at_or_above = exact::smallest_float_not_below_power(r, gamma);
        for (const float x :
             {at_or_above, std::nextafter(at_or_above, 0.0F), std::nextafter(at_or_above, 100.0F)}) {
          const int k = q.scale_exponent(x);
          EXPECT_EQ(k % step, 0);
          EXPECT_TRUE(exact::at_most_power(x, k, gamma)) << x << ' ' << k;
          EXPECT_FALSE(exact::at_most_power(x, k - step, gamma)) << x << ' ' << k;
          QuantizeCounts counts;
          quantize_one(q, x, k, &counts);
          EXPECT_EQ(counts.saturated, 0);
        }
      }
      EXPECT_EQ(q.scale_exponent(1.0F, 2), 2 * gamma);
      EXPECT_EQ(q.scale_exponent(0.0F), 0);
    }
  }
}

TEST(Quantizer, SubnormalNumbersAreNumbers) {
  const Quantizer q(lns(8, 3));
  for (const float x : {0x1p-149F, 0x3p-148F, 0x1.8p-130F}) {
    const int k = q.scale_exponent(x);
    EXPECT_TRUE(exact::at_most_power(x, k, 8));
    EXPECT_FALSE(exact::at_most_power(x, k - 1, 8));
    EXPECT_EQ(quantize_one(q, x, k), expected_code(Format{}, x, k, 127));
  }
}

TEST(Quantizer, ZeroHasItsOwnWord) {
  Design d = lns(8, 3);
  EXPECT_EQ(quantize_one(Quantizer(d), -0.0F, 0), 0);
  EXPECT_EQ(quantize_one(Quantizer(d), -1e-30F, 0), 0);
  d.format.zero = ZeroCode::kNone;
  QuantizeCounts counts;
  EXPECT_EQ(quantize_one(Quantizer(d), -1e-30F, 0, &counts), 0x80);
  EXPECT_EQ(counts.underflowed, 1);
  EXPECT_NE(Quantizer(d).dequantize(0, 0), 0.0F);
}

TEST(Quantizer, Int8RoundsTiesAwayFromZeroAndClamps) {
  Design d;
  d.format.kind = FormatKind::kInt8;
  const Quantizer q(d);
  const std::vector<float> x = {0.5F,    -0.5F,  0.49999997F, 1.5F, 2.5F,  -2.5F,
                                127.49F, 127.5F, -300,        0,    1e30F, 1e-30F};
  std::vector<Word> out(x.size());
  const QuantizeCounts counts = q.quantize(x, 0, out, kPlace);
  const std::vector<int> want = {1, -1, 0, 2, 3, -3, 127, 127, -127, 0, 127, 0};
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_EQ(static_cast<std::int8_t>(out[i]), want[i]) << x[i];
  EXPECT_EQ(counts.saturated, 3);
  EXPECT_EQ(counts.underflowed, 2);
  EXPECT_EQ(q.dequantize(0x81, -3), -127.0F / 8);
}

TEST(Quantizer, Int8TakesTheSmallestUnitThatHolds127OfIt) {
  Design d;
  d.format.kind = FormatKind::kInt8;
  const Quantizer q(d);
  EXPECT_EQ(q.scale_exponent(127.0F), 0);
  EXPECT_EQ(q.scale_exponent(std::nextafter(127.0F, 128.0F)), 1);
  EXPECT_EQ(q.scale_exponent(128.0F), 1);
  EXPECT_EQ(q.scale_exponent(63.5F), -1);
  EXPECT_EQ(q.scale_exponent(1.0F, 1), -5);
}

TEST(Quantizer, Fp8WordsAreTheCodesOfTheFormat) {
  for (const FormatKind kind : {FormatKind::kFp8E4m3, FormatKind::kFp8E5m2}) {
    Design d;
    d.format.kind = kind;
    const Quantizer q(d);
    const Minifloat& f = widths::fp8_format(d);
    std::vector<float> x = {0.0F, -0.0F, 1e30F, -1e30F, 1e-30F, -1e-30F};
    for (int code = 0; code < 256; ++code) {
      if (!f.is_number(code)) continue;
      const float value = f.decode(static_cast<std::uint16_t>(code)) * 8;
      for (const float factor : {1.0F, 1.0001F, 0.9999F, 1.0625F, 1.1875F}) x.push_back(value * factor);
    }
    std::vector<Word> out(x.size());
    const QuantizeCounts counts = q.quantize(x, 3, out, kPlace);
    std::int64_t saturated = 0, underflowed = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      ASSERT_EQ(out[i], f.encode(double{x[i]} / 8)) << x[i];
      ASSERT_EQ(q.dequantize(out[i], 3), f.decode(out[i]) * 8);
      underflowed += f.decode(out[i]) == 0 && x[i] != 0;
      saturated += double{std::fabs(x[i])} / 8 >
                   double{f.max_value()} + std::ldexp(0.5, f.max_exponent() - f.mantissa_bits);
    }
    EXPECT_EQ(counts.underflowed, underflowed);
    EXPECT_EQ(counts.saturated, saturated);
    EXPECT_GT(saturated, 2);
  }
}

TEST(Quantizer, Fp8TakesTheSmallestScaleThatClipsNothing) {
  Design d;
  d.format.kind = FormatKind::kFp8E4m3;
  const Quantizer q(d);
  EXPECT_EQ(q.scale_exponent(448.0F), 0);
  EXPECT_EQ(q.scale_exponent(std::nextafter(448.0F, 449.0F)), 1);
  EXPECT_EQ(q.scale_exponent(1.0F), -8);
  EXPECT_EQ(q.scale_exponent(1.0F, 2), -6);
}

TEST(Quantizer, NamesTensorElementAndStepOfWhatIsNoNumber) {
  const Quantizer q(lns(8, 3));
  const std::vector<float> x = {1, 2, std::nanf(""), 4};
  std::vector<Word> out(x.size());
  try {
    q.quantize(x, 0, out, kPlace);
    FAIL();
  } catch (const InputError& e) {
    EXPECT_THAT(e.what(), testing::StartsWith("element 2 of the weights of layer 0 is NaN in step 7; "));
  }
  EXPECT_THROW(largest_magnitude(x, kPlace), InputError);
  const std::vector<float> infinite = {-INFINITY};
  EXPECT_THROW(largest_magnitude(infinite, kPlace), InputError);
  EXPECT_EQ(largest_magnitude(std::vector<float>{-3, 2}, kPlace), 3.0F);
}

TEST(Quantizer, Fp32HasNoWords) {
  Design d;
  d.format.kind = FormatKind::kFp32;
  EXPECT_THROW(Quantizer{d}, InputError);
}

}  // namespace
}  // namespace napier
