// Floating-point formats of few bits against published tables, against MPFR's rounding to a given precision
// and exponent range, against the compiler's _Float16 and against the bits of floats.
#include "models/format/minifloat.hpp"

#include <gtest/gtest.h>
#include <mpfr.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "models/base/error.hpp"
#include "models/base/random.hpp"

namespace napier {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Entry {
  int code;
  double value;
};

/// Codes that do not stand for what the table says.
int differences(const Minifloat& format, const std::vector<Entry>& table) {
  int count = 0;
  for (const Entry& e : table) {
    const double value = double{format.decode(static_cast<std::uint16_t>(e.code))};
    count += std::isnan(e.value) ? !std::isnan(value) : value != e.value;
  }
  return count;
}

const double kNan = std::numeric_limits<double>::quiet_NaN();

// OCP 8-bit Floating Point Specification (OFP8) v1.0, tables 1 and 2: exponent parameters, value encodings.
// Codes that they do not list (1, -1, 256) follow from them.
const std::vector<Entry> kPublishedE4m3 = {
    {0x00, 0.0},  {0x01, 0x1p-9}, {0x07, 0.875 * 0x1p-6}, {0x08, 0x1p-6}, {0x38, 1.0}, {0x7E, 448.0},
    {0x7F, kNan}, {0xFF, kNan},   {0xFE, -448.0},         {0x78, 256.0},  {0xB8, -1.0}};
const std::vector<Entry> kPublishedE5m2 = {{0x00, 0.0},       {0x01, 0x1p-16},    {0x03, 0.75 * 0x1p-14},
                                           {0x04, 0x1p-14},   {0x3C, 1.0},        {0x7B, 57344.0},
                                           {0x7C, kInfinity}, {0x7D, kNan},       {0x7E, kNan},
                                           {0x7F, kNan},      {0xFC, -kInfinity}, {0xFB, -57344.0}};
// OCP Microscaling Formats (MX) Specification v1.0, FP4 (E2M1): these numbers, zero with either sign, and no
// others.
const std::vector<Entry> kPublishedE2m1 = {{0, 0.0},   {1, 0.5},   {2, 1.0},   {3, 1.5},   {4, 2.0},
                                           {5, 3.0},   {6, 4.0},   {7, 6.0},   {9, -0.5},  {10, -1.0},
                                           {11, -1.5}, {12, -2.0}, {13, -3.0}, {14, -4.0}, {15, -6.0}};
// Numbers of IEEE 754 binary16, 5 exponent and 10 fraction bits, and of binary32's upper half.
const std::vector<Entry> kPublishedFp16 = {
    {0x0001, 0x1p-24}, {0x03FF, 1023 * 0x1p-24}, {0x0400, 0x1p-14}, {0x3C00, 1.0},
    {0x7BFF, 65504.0}, {0x7C00, kInfinity},      {0x7E00, kNan},    {0xC000, -2.0}};
const std::vector<Entry> kPublishedBf16 = {{0x0001, 0x1p-133},    {0x0080, 0x1p-126},  {0x3F80, 1.0},
                                           {0x7F7F, 0x1.FEp+127}, {0x7F80, kInfinity}, {0x7FC0, kNan},
                                           {0xBF80, -1.0}};

struct Case {
  const char* name;
  Minifloat format;
  const std::vector<Entry>* published;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class MinifloatTest : public testing::TestWithParam<Case> {};

INSTANTIATE_TEST_SUITE_P(Formats, MinifloatTest,
                         testing::Values(Case{"fp16", kFp16Float, &kPublishedFp16},
                                         Case{"bf16", kBf16Float, &kPublishedBf16},
                                         Case{"e4m3", kE4m3Float, &kPublishedE4m3},
                                         Case{"e5m2", kE5m2Float, &kPublishedE5m2},
                                         Case{"e2m1", kE2m1Float, &kPublishedE2m1}),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST_P(MinifloatTest, StandsForThePublishedNumbers) {
  EXPECT_EQ(differences(GetParam().format, *GetParam().published), 0);
}

TEST_P(MinifloatTest, PublishedNumbersTellFormatsApart) {
  Minifloat other = GetParam().format;
  ++other.exponent_bits;
  --other.mantissa_bits;
  EXPECT_GT(differences(other, *GetParam().published), 0);
}

TEST(Minifloat, PublishedSpecialsTellKindsApart) {
  EXPECT_GT(differences({4, 3, Specials::kIeee}, kPublishedE4m3), 0);
  EXPECT_GT(differences({5, 2, Specials::kSingleNan}, kPublishedE5m2), 0);
  EXPECT_GT(differences({2, 1, Specials::kSingleNan}, kPublishedE2m1), 0);
}

/// sign * (hidden.fraction) * 2^(field - bias), written with MPFR from the definition.
double defined_value(const Minifloat& f, int code) {
  mpfr_t x;
  mpfr_init2(x, 64);
  const int field = (code >> f.mantissa_bits) & ((1 << f.exponent_bits) - 1);
  const int fraction = code & ((1 << f.mantissa_bits) - 1);
  const int bias = (1 << (f.exponent_bits - 1)) - 1;
  if (field == 0) {
    mpfr_set_si_2exp(x, fraction, 1 - bias - f.mantissa_bits, MPFR_RNDN);
  } else {
    mpfr_set_si_2exp(x, (1 << f.mantissa_bits) + fraction, field - bias - f.mantissa_bits, MPFR_RNDN);
  }
  const double value = mpfr_get_d(x, MPFR_RNDN);
  mpfr_clear(x);
  return (code >> (f.bits() - 1)) != 0 ? -value : value;
}

TEST_P(MinifloatTest, EveryCodeIsItsDefinitionAndComesBack) {
  const Minifloat& f = GetParam().format;
  const int special = f.max_code() + 1;
  for (int code = 0; code < 1 << f.bits(); ++code) {
    const auto c = static_cast<std::uint16_t>(code);
    const double value = double{f.decode(c)};
    if ((code & (f.sign_code() - 1)) >= special) {
      ASSERT_FALSE(std::isfinite(value)) << code;
      continue;
    }
    ASSERT_EQ(value, defined_value(f, code)) << code;
    ASSERT_EQ(std::signbit(value), code >= f.sign_code()) << code;
    ASSERT_EQ(f.encode(value), c) << code;
    ASSERT_EQ(f.encode(value, 0xFFFFFFFF), c) << code;
  }
}

/// MPFR's rounding to the format's precision and exponents, saturated.
double rounded_by_mpfr(const Minifloat& f, double x) {
  mpfr_t y;
  mpfr_init2(y, f.mantissa_bits + 1);
  mpfr_set_emin(f.min_exponent() - f.mantissa_bits + 1);  // of the smallest subnormal, as 0.1b * 2^emin
  mpfr_set_emax(1000);
  const int inexact = mpfr_set_d(y, x, MPFR_RNDN);
  mpfr_subnormalize(y, inexact, MPFR_RNDN);
  const double value = mpfr_get_d(y, MPFR_RNDN);
  mpfr_clear(y);
  mpfr_set_emin(mpfr_get_emin_min());
  mpfr_set_emax(mpfr_get_emax_max());
  const double largest = double{f.max_value()};
  return std::fabs(value) > largest ? std::copysign(largest, x) : value;
}

/// All numbers, all midpoints between them, and on both sides the next float and the next double.
std::vector<double> decisive_numbers(const Minifloat& f) {
  std::vector<double> numbers;
  for (int code = 0; code <= f.max_code(); ++code) {
    const double low = defined_value(f, code);
    const double high =
        code == f.max_code() ? low + (low - defined_value(f, code - 1)) : defined_value(f, code + 1);
    for (const double x : {low, (low + high) / 2}) {
      const auto single = static_cast<float>(x);
      for (const double y :
           {x, std::nextafter(x, 0.0), std::nextafter(x, kInfinity), double{std::nextafter(single, 0.0F)},
            double{std::nextafter(single, std::numeric_limits<float>::infinity())}}) {
        numbers.push_back(y);
        numbers.push_back(-y);
      }
    }
  }
  return numbers;
}

/// Decisive numbers that `f` rounds otherwise than MPFR rounds to `meant`.
int misrounded(const Minifloat& f, const Minifloat& meant) {
  int count = 0;
  for (const double x : decisive_numbers(meant)) {
    count += double{f.decode(f.encode(x))} != rounded_by_mpfr(meant, x);
  }
  return count;
}

TEST_P(MinifloatTest, RoundsAsMpfrAtEveryThreshold) {
  EXPECT_EQ(misrounded(GetParam().format, GetParam().format), 0);
}

TEST_P(MinifloatTest, ThresholdsTellFormatsApart) {
  Minifloat coarser = GetParam().format;
  --coarser.mantissa_bits;
  if (coarser.mantissa_bits == 0) coarser = kE5m2Float;
  EXPECT_GT(misrounded(coarser, GetParam().format), 0);
}

TEST_P(MinifloatTest, SaturatesAndKeepsNan) {
  const Minifloat& f = GetParam().format;
  EXPECT_EQ(f.encode(kInfinity), f.max_code());
  EXPECT_EQ(f.encode(-kInfinity), f.max_code() | f.sign_code());
  EXPECT_EQ(f.encode(1e300, 0xFFFFFFFFU), f.max_code());
  EXPECT_EQ(f.encode(-1e300), f.max_code() | f.sign_code());
  EXPECT_EQ(f.encode(-0.0), f.sign_code());
  EXPECT_EQ(f.encode(std::numeric_limits<double>::denorm_min()), 0);
  if (f.specials == Specials::kNone) {
    EXPECT_THROW(f.encode(kNan), InternalError);
  } else {
    EXPECT_TRUE(std::isnan(f.decode(f.encode(kNan))));
  }
}

TEST_P(MinifloatTest, StochasticRoundingTakesTheUpperNeighbourInProportion) {
  const Minifloat& f = GetParam().format;
  for (int code = 0; code < f.max_code(); ++code) {
    const auto c = static_cast<std::uint16_t>(code);
    const double low = defined_value(f, code);
    const double gap = defined_value(f, code + 1) - low;
    for (const int eighths : {1, 3, 7}) {
      const double x = low + gap * eighths / 8;
      const auto limit = static_cast<std::uint32_t>(eighths) << 29;  // of 2^32
      ASSERT_EQ(f.encode(x, limit - 1), c + 1) << code;
      ASSERT_EQ(f.encode(x, limit), c) << code;
      ASSERT_EQ(f.encode(-x, limit - 1), (c + 1) | f.sign_code()) << code;
    }
  }
}

__extension__ using Half = _Float16;

TEST(Minifloat, Fp16IsTheCompilersHalf) {
  for (int code = 0; code < 1 << 16; ++code) {
    const auto half = static_cast<float>(std::bit_cast<Half>(static_cast<std::uint16_t>(code)));
    const float ours = kFp16Float.decode(static_cast<std::uint16_t>(code));
    if (std::isnan(half)) {
      ASSERT_TRUE(std::isnan(ours)) << code;
    } else {
      ASSERT_EQ(std::bit_cast<std::uint32_t>(ours), std::bit_cast<std::uint32_t>(half)) << code;
    }
  }
  const Philox random(1);
  for (std::uint64_t i = 0; i < 300'000; ++i) {
    // Exponents from below the smallest subnormal number to above the largest.
    const std::uint32_t bits = (random.word(0, i) & 0x807FFFFFU) | (100 + random.below(45, 1, i)) << 23;
    const auto x = std::bit_cast<float>(bits);
    const auto half = static_cast<Half>(x);
    const std::uint16_t ours = kFp16Float.encode(double{x});
    if (std::isinf(static_cast<float>(half))) {
      ASSERT_EQ(ours & 0x7FFF, kFp16Float.max_code()) << x;
    } else {
      ASSERT_EQ(ours, std::bit_cast<std::uint16_t>(half)) << x;
    }
  }
}

TEST(Minifloat, Bf16IsTheUpperHalfOfAFloat) {
  for (std::uint32_t code = 0; code < 1U << 16; ++code) {
    const auto x = std::bit_cast<float>(code << 16);
    if (!std::isfinite(x)) continue;
    ASSERT_EQ(std::bit_cast<std::uint32_t>(kBf16Float.decode(static_cast<std::uint16_t>(code))), code << 16);
    for (const std::uint32_t low : {0U, 1U, 0x7FFFU, 0x8000U, 0x8001U, 0xFFFFU}) {
      const std::uint32_t bits = code << 16 | low;
      const std::uint32_t nearest = (bits + 0x7FFF + (code & 1)) >> 16;  // ties to even, carry and all
      const std::uint32_t kept = (nearest & 0x7FFF) == 0x7F80 ? nearest - 1 : nearest;  // saturates
      ASSERT_EQ(kBf16Float.encode(double{std::bit_cast<float>(bits)}), kept) << bits;
    }
  }
}

}  // namespace
}  // namespace napier
