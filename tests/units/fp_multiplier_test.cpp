// Every pair of FP8 numbers against the machine's own floats: _Float16 holds E5M2 in its upper byte and every
// E4M3 number exactly, and a float the product of any two of them.
#include "models/units/fp_multiplier.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

namespace napier {
namespace {

/// The number of an E5M2 word.
float e5m2(int word) { return std::bit_cast<_Float16>(static_cast<std::uint16_t>(word << 8)); }

/// The number of an E4M3 word: the same bits with seven fraction bits more and the bias of binary16, 15, are
/// 2^-8 of it. Subnormal numbers included, for both formats count them in units of their smallest one.
float e4m3(int word) {
  const auto bits = static_cast<std::uint16_t>((word & 0x80) << 8 | (word & 0x7F) << 7);
  return static_cast<float>(std::bit_cast<_Float16>(bits)) * 0x1p8F;
}

/// Pairs of numbers whose product is another one, with `bias` for the format's.
int differences(const Minifloat& f, float (*number)(int), int bias) {
  int count = 0;
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      if (!f.is_number(a) || !f.is_number(b)) continue;
      const FpProduct p = fp_multiply(f, static_cast<Word>(a), static_cast<Word>(b));
      const float magnitude =
          std::ldexp(static_cast<float>(p.significand), p.exponent - 2 * bias - 2 * f.mantissa_bits);
      const float want = number(a) * number(b);
      count += (p.negative ? -magnitude : magnitude) != want || p.negative != std::signbit(want);
    }
  }
  return count;
}

TEST(FpMultiplier, IsExactForEveryPairOfNumbers) {
  EXPECT_EQ(differences(kE4m3Float, e4m3, 7), 0);
  EXPECT_EQ(differences(kE5m2Float, e5m2, 15), 0);
}

TEST(FpMultiplier, CheckSeesAnotherBiasAndAnotherFormat) {
  EXPECT_GT(differences(kE4m3Float, e4m3, 8), 0);
  EXPECT_GT(differences(kE5m2Float, e4m3, 15), 0);
}

TEST(FpMultiplier, FieldsFitTheWidthsOfTheUnit) {
  for (const Minifloat& f : {kE4m3Float, kE5m2Float}) {
    const auto largest = static_cast<Word>(f.max_code());
    const FpProduct p = fp_multiply(f, largest, largest);
    EXPECT_LT(p.significand, 1 << (2 * f.mantissa_bits + 2));
    EXPECT_LT(p.exponent, 1 << (f.exponent_bits + 1));
    EXPECT_EQ(fp_multiply(f, 0, 0).exponent, 2);
  }
}

TEST(FpMultiplier, InfinitiesAndNanAreNoNumbers) {
  for (int word = 0; word < 256; ++word) {
    EXPECT_EQ(kE5m2Float.is_number(word), std::isfinite(e5m2(word))) << word;
    EXPECT_EQ(kE4m3Float.is_number(word), (word & 0x7F) != 0x7F) << word;
  }
}

}  // namespace
}  // namespace napier
