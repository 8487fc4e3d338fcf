// Whole tensors and blocks rounded to floating-point formats: the vector code against Minifloat, number by
// number, and block scales against their definitions.
#include "models/format/float_rounding.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "models/base/error.hpp"
#include "models/base/random.hpp"

namespace napier {
namespace {

const TensorPlace kPlace{"test tensor", 7};

/// Floats of all exponents and signs, zeros among them.
std::vector<float> wide_floats(std::size_t count, int centre, int spread) {
  const Philox random(3);
  std::vector<float> x;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint32_t exponent = static_cast<std::uint32_t>(centre + 127 - spread) +
                                   random.below(static_cast<std::uint32_t>(2 * spread), 1, i);
    x.push_back(i % 97 == 0 ? 0.0F
                            : std::bit_cast<float>((random.word(0, i) & 0x807FFFFFU) | exponent << 23));
  }
  return x;
}

bool same_bits(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

TEST(RoundToFormat, IsEncodeAndDecode) {
  for (const Minifloat& f : {kFp16Float, kBf16Float, kE4m3Float, kE5m2Float, kE2m1Float}) {
    for (const int k : {-140, -3, 0, 5, 90}) {
      // Four octaves above the largest number, and down past the smallest where floats reach there.
      const int spread = std::min(f.max_exponent() - f.min_exponent() + f.mantissa_bits + 4, 18);
      std::vector<float> x =
          wide_floats(4000, std::clamp(f.max_exponent() + k - spread + 4, -100, 100), spread);
      for (const int center : {f.min_exponent() - f.mantissa_bits + k}) {
        if (center < -110 || center > 110) continue;
        const std::vector<float> small = wide_floats(1000, center, 8);
        x.insert(x.end(), small.begin(), small.end());
      }
      std::vector<std::uint32_t> words;
      const Philox random(9);
      for (std::uint64_t i = 0; i < x.size(); ++i) words.push_back(random.word(2, i));
      std::vector<float> nearest(x.size()), stochastic(x.size());
      const QuantizeCounts counts = round_to_format(f, x, k, nearest, kPlace);
      round_to_format(f, x, k, words, stochastic, kPlace);
      QuantizeCounts expected;
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double scaled = std::ldexp(double{x[i]}, -k);
        ASSERT_TRUE(same_bits(nearest[i], f.decode(f.encode(scaled)))) << scaled;
        ASSERT_TRUE(same_bits(stochastic[i], f.decode(f.encode(scaled, words[i])))) << scaled;
        expected.underflowed += x[i] != 0 && nearest[i] == 0;
      }
      EXPECT_EQ(counts.underflowed, expected.underflowed);
    }
  }
}

TEST(RoundToFormat, CountsWhatDoesNotFit) {
  const std::vector<float> x = {464.0F, 464.1F, -500.0F, 448.0F, 0.0F, 0x1p-10F, 0x1.8p-10F, -0x1p-30F};
  std::vector<float> out(x.size());
  const QuantizeCounts counts = round_to_format(kE4m3Float, x, 0, out, kPlace);
  // 464 lies halfway between 448 and what would be 480 and ties to the even code; 2^-10 ties to zero.
  EXPECT_EQ(out, (std::vector<float>{448, 448, -448, 448, 0, 0, 0x1p-9F, -0.0F}));
  EXPECT_EQ(counts.saturated, 2);
  EXPECT_EQ(counts.underflowed, 2);
}

TEST(RoundToFormat, RefusesNanAndInfinity) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
    std::vector<float> x = {1, 2, bad};
    std::vector<float> out(3);
    try {
      round_to_format(kE4m3Float, x, 0, out, kPlace);
      FAIL() << "accepted";
    } catch (const InputError& e) {
      EXPECT_NE(std::string(e.what()).find("element 2 of the test tensor"), std::string::npos) << e.what();
      EXPECT_NE(std::string(e.what()).find("step 7"), std::string::npos) << e.what();
    }
  }
}

TEST(PowerOfTwoScale, IsTheSmallestThatHoldsTheLargest) {
  for (const float limit : {448.0F, 57344.0F, 65504.0F, 2688.0F}) {
    for (const float x : wide_floats(2000, 0, 100)) {
      const float largest = std::fabs(x);
      const int k = power_of_two_scale(largest, limit);
      if (largest == 0) {
        EXPECT_EQ(k, 0);
        continue;
      }
      EXPECT_LE(double{largest}, std::ldexp(double{limit}, k));
      EXPECT_GT(double{largest}, std::ldexp(double{limit}, k - 1));
    }
    EXPECT_EQ(power_of_two_scale(limit, limit), 0);
    EXPECT_EQ(power_of_two_scale(std::nextafter(limit, 1e9F), limit), 1);
    EXPECT_EQ(std::ilogb(std::numeric_limits<float>::denorm_min()) - std::ilogb(limit),
              power_of_two_scale(std::numeric_limits<float>::denorm_min(), limit));
  }
}

/// Of a list of numbers, the nearest to x, ties to the even code; no encoder involved.
double nearest_number(const Minifloat& f, double x) {
  int best = 0;
  for (int code = 0; code <= f.max_code(); ++code) {
    const double gap = std::fabs(std::fabs(x) - double{f.decode(static_cast<std::uint16_t>(code))});
    const double least = std::fabs(std::fabs(x) - double{f.decode(static_cast<std::uint16_t>(best))});
    if (gap < least || (gap == least && code % 2 == 0)) best = code;
  }
  return std::copysign(double{f.decode(static_cast<std::uint16_t>(best))}, x);
}

struct Rounded {
  std::vector<float> elements, scales;
  QuantizeCounts counts;
};

Rounded round_row(const BlockFormat& f, const std::vector<float>& x, int k = 0) {
  Rounded r{std::vector<float>(x.size()),
            std::vector<float>((x.size() + static_cast<std::size_t>(f.block) - 1) /
                               static_cast<std::size_t>(f.block)),
            {}};
  r.counts = round_blocks(f, x, k, r.elements, r.scales);
  return r;
}

TEST(RoundBlocks, MxScalesAndElementsAreTheSpecifications) {
  for (const BlockFormat& f : {kMxfp8Blocks, kMxfp4Blocks}) {
    const std::vector<float> x = wide_floats(32 * 50 + 5, -3, 12);
    const Rounded r = round_row(f, x);
    for (std::size_t b = 0; b < r.scales.size(); ++b) {
      double largest = 0;
      const std::size_t end = std::min(x.size(), 32 * (b + 1));
      for (std::size_t i = 32 * b; i < end; ++i) largest = std::max(largest, std::fabs(double{x[i]}));
      const int exponent = std::ilogb(largest) - (f.element.mantissa_bits == 3 ? 8 : 2);
      ASSERT_EQ(double{r.scales[b]}, std::ldexp(1.0, exponent)) << b;
      for (std::size_t i = 32 * b; i < end; ++i) {
        ASSERT_EQ(double{r.elements[i]}, nearest_number(f.element, std::ldexp(double{x[i]}, -exponent))) << i;
      }
    }
  }
}

TEST(RoundBlocks, Nvfp4ScalesAndElementsAreNearest) {
  const std::vector<float> x = wide_floats(16 * 60 + 1, -2, 9);
  for (const int k : {-4, 0, 3}) {
    const Rounded r = round_row(kNvfp4Blocks, x, k);
    for (std::size_t b = 0; b < r.scales.size(); ++b) {
      double largest = 0;
      const std::size_t end = std::min(x.size(), 16 * (b + 1));
      for (std::size_t i = 16 * b; i < end; ++i)
        largest = std::max(largest, std::ldexp(std::fabs(double{x[i]}), -k));
      ASSERT_EQ(double{r.scales[b]}, nearest_number(kE4m3Float, largest / 6)) << b;
      for (std::size_t i = 16 * b; i < end; ++i) {
        const double scaled = r.scales[b] == 0 ? 0.0 : std::ldexp(double{x[i]}, -k) / double{r.scales[b]};
        ASSERT_EQ(std::fabs(double{r.elements[i]}), std::fabs(nearest_number(kE2m1Float, scaled))) << i;
      }
    }
  }
}

TEST(RoundBlocks, BlocksOfZerosOfOneElementAndOfExtremes) {
  const Rounded zeros = round_row(kMxfp4Blocks, std::vector<float>(40, 0.0F));
  EXPECT_EQ(zeros.scales, (std::vector<float>{0x1p-127F, 0x1p-127F}));
  EXPECT_EQ(zeros.elements, std::vector<float>(40, 0.0F));
  EXPECT_EQ(zeros.counts.underflowed, 0);
  EXPECT_EQ(round_row(kNvfp4Blocks, {0.0F}).scales, std::vector<float>{0.0F});

  const Rounded one = round_row(kMxfp8Blocks, {-0.3F});
  EXPECT_EQ(one.scales, std::vector<float>{0x1p-10F});
  EXPECT_EQ(one.elements, std::vector<float>{-320.0F});  // 307.2, in steps of 32
  EXPECT_EQ(round_row(kNvfp4Blocks, {6.0F}).elements, std::vector<float>{6.0F});

  // 1.99 * 2^2 needs more than 6: the specification's scale saturates it.
  EXPECT_EQ(round_row(kMxfp4Blocks, {7.96F}).counts.saturated, 1);
  // The smallest scale there is: float's subnormal numbers round below it.
  const Rounded small = round_row(kMxfp8Blocks, {0x1p-149F, 0x1p-130F});
  EXPECT_EQ(small.scales, std::vector<float>{0x1p-127F});
  EXPECT_EQ(small.elements, (std::vector<float>{0.0F, 0x1p-3F}));
  EXPECT_EQ(small.counts.underflowed, 1);
  const Rounded large = round_row(kMxfp8Blocks, {std::numeric_limits<float>::max()});
  EXPECT_EQ(large.scales, std::vector<float>{0x1p119F});
  EXPECT_EQ(large.elements, std::vector<float>{448.0F});
  // A block too small for an E4M3 scale becomes zero.
  const Rounded flushed = round_row(kNvfp4Blocks, {0x1p-9F, -0x1p-9F});
  EXPECT_EQ(flushed.scales, std::vector<float>{0.0F});
  EXPECT_EQ(flushed.counts.underflowed, 2);
}

TEST(E8m0, IsAPowerOfTwo) {
  for (int code = 0; code < 255; ++code) {
    const double value = double{decode_e8m0(static_cast<std::uint8_t>(code))};
    EXPECT_EQ(value, std::ldexp(1.0, code - 127));
    EXPECT_EQ(encode_e8m0(code - 127), code);
  }
  EXPECT_TRUE(std::isnan(decode_e8m0(255)));
  EXPECT_THROW(encode_e8m0(128), InternalError);
  EXPECT_THROW(encode_e8m0(-128), InternalError);
}

}  // namespace
}  // namespace napier
