#include "models/format/constants.hpp"

#include <gmock/gmock.h>

#include "models/base/error.hpp"
#include "tests/units/exact_integer.hpp"
#include "tests/units/exact_real.hpp"

namespace napier {
namespace {

using testing::ElementsAre;
using Table = std::vector<std::uint32_t>;

// Each checker takes the table, so that the mutation tests can hand it a wrong one.

bool is_octave_table(const Table& table, int gamma_log2, int fraction_bits) {
  if (table.size() != std::size_t{1} << gamma_log2) return false;
  for (std::size_t r = 0; r < table.size(); ++r) {
    const exact::Bracket x = exact::power_of_two(static_cast<long>(r), table.size());
    if (exact::nearest(x, fraction_bits) != table[r]) return false;
  }
  return true;
}

bool is_threshold_table(const Table& table, int gamma_log2, Rounding rounding, int bits) {
  if (table.size() != std::size_t{1} << gamma_log2) return false;
  for (std::size_t r = 0; r < table.size(); ++r) {
    const exact::Bracket x = exact::code_threshold(rounding, static_cast<long>(r), table.size());
    if (exact::nearest(x, bits) != exact::shift_left(1, bits) + table[r]) return false;
  }
  return true;
}

bool is_float_threshold_table(const Table& table, int gamma_log2, Rounding rounding) {
  if (table.size() != std::size_t{1} << gamma_log2) return false;
  for (std::size_t r = 0; r < table.size(); ++r) {
    const exact::Bracket x = exact::code_threshold(rounding, static_cast<long>(r), table.size());
    if (exact::ceiling(x, 23) != exact::shift_left(1, 23) + table[r]) return false;
  }
  return true;
}

bool is_float_code_table(const Table& table, int gamma_log2) {
  if (table.size() != std::size_t{1} << gamma_log2) return false;
  for (std::size_t r = 0; r < table.size(); ++r) {
    const exact::Bracket x = exact::power_of_two(static_cast<long>(r), table.size());
    if (exact::ceiling(x, 23) != exact::shift_left(1, 23) + table[r]) return false;
  }
  return true;
}

/// Whether y is between 2^((entry - 1/2) / 2^bits) and 2^((entry + 1/2) / 2^bits): the nearest fixed-point
/// log2, checked through the exponential.
bool is_fixed_log2(const exact::Number& y, std::int64_t entry, int bits) {
  exact::Number bound;
  mpfr_set_si_2exp(bound.get(), 2 * entry - 1, -bits - 1, MPFR_RNDN);
  mpfr_exp2(bound.get(), bound.get(), MPFR_RNDN);
  if (mpfr_cmp(y.get(), bound.get()) < 0) return false;
  mpfr_set_si_2exp(bound.get(), 2 * entry + 1, -bits - 1, MPFR_RNDN);
  mpfr_exp2(bound.get(), bound.get(), MPFR_RNDN);
  return mpfr_cmp(y.get(), bound.get()) <= 0;
}

/// out = 1 + 2^-((2 i + 1) / 32)
void set_gaussian_argument(exact::Number& out, long i) {
  exact::set_power(out, -(2 * i + 1), 32);
  mpfr_add_ui(out.get(), out.get(), 1, MPFR_RNDN);
}

bool is_gaussian_table(const Table& table, int bits) {
  exact::Number y;
  for (std::size_t i = 0; i < table.size(); ++i) {
    set_gaussian_argument(y, static_cast<long>(i));
    if (table[i] == 0 || !is_fixed_log2(y, table[i], bits)) return false;
  }
  set_gaussian_argument(y, static_cast<long>(table.size()));
  return is_fixed_log2(y, 0, bits);
}

bool sees_each_changed_entry(const Table& table, const std::function<bool(const Table&)>& check) {
  for (std::size_t i = 0; i < table.size(); ++i) {
    for (const int change : {-1, 1}) {
      Table changed = table;
      changed[i] += static_cast<std::uint32_t>(change);
      if (check(changed)) return false;
    }
  }
  return true;
}

TEST(Constants, OctaveConstantsOfGamma8) {
  EXPECT_THAT(octave_constants(3, 8), ElementsAre(256, 279, 304, 332, 362, 395, 431, 470));
}

TEST(Constants, FloatThresholdsOfGamma8) {
  EXPECT_THAT(float_thresholds(3, Rounding::kLogNearest),
              ElementsAre(0x05AAC4, 0x11C3D4, 0x1EF533, 0x2D583F, 0x3D08A4, 0x4E248D, 0x60CCDF, 0x75257E));
}

TEST(Constants, TenBitThresholdsOfGamma8) {
  EXPECT_THAT(mantissa_thresholds(3, Rounding::kLogNearest, 10),
              ElementsAre(45, 142, 248, 363, 488, 625, 774, 937));
}

TEST(Constants, EveryOctaveTable) {
  for (int b = 0; b <= 5; ++b) {
    for (int bits = 1; bits <= 30; ++bits) EXPECT_TRUE(is_octave_table(octave_constants(b, bits), b, bits));
    EXPECT_TRUE(is_float_code_table(float_code_mantissas(b), b));
    const std::vector<float> values = float_code_values(b);
    for (std::size_t r = 0; r < values.size(); ++r) {
      const exact::Bracket x = exact::power_of_two(static_cast<long>(r), values.size());
      EXPECT_EQ(exact::nearest(x, 23), static_cast<long>(values[r] * 0x1p23F));
    }
  }
}

TEST(Constants, EveryThresholdTable) {
  for (int b = 0; b <= 5; ++b) {
    for (const Rounding rounding : {Rounding::kLogNearest, Rounding::kLinearNearest}) {
      EXPECT_TRUE(is_float_threshold_table(float_thresholds(b, rounding), b, rounding));
      for (int bits = b + 2; bits <= 23; ++bits) {
        const Table table = mantissa_thresholds(b, rounding, bits);
        EXPECT_TRUE(is_threshold_table(table, b, rounding, bits)) << b << ' ' << bits;
        EXPECT_LT(table.back(), 1U << bits);
        EXPECT_EQ(std::adjacent_find(table.begin(), table.end(), std::greater_equal<>()), table.end())
            << "thresholds must differ: " << b << ' ' << bits;
      }
    }
  }
}

TEST(Constants, GaussianLogarithms) {
  for (int bits = 4; bits <= 16; ++bits)
    EXPECT_TRUE(is_gaussian_table(gaussian_logarithm_table(bits), bits)) << bits;
  EXPECT_LT(gaussian_logarithm_table(12).size(), 225U);
}

TEST(Constants, FixedLogarithms) {
  for (const double x : {0.999, 0.001, 0.9, 10.0, 1.0, 3.0, 1e-20}) {
    for (int bits = 4; bits <= 16; ++bits)
      EXPECT_TRUE(is_fixed_log2(exact::Number(x), fixed_log2(x, bits), bits));
  }
  for (const std::int64_t step : {1, 2, 100, 5000}) {
    exact::Number y(0.999);
    mpfr_pow_ui(y.get(), y.get(), static_cast<unsigned long>(step), MPFR_RNDN);
    mpfr_ui_sub(y.get(), 1, y.get(), MPFR_RNDN);
    EXPECT_TRUE(is_fixed_log2(y, fixed_log2_correction(0.999, step, 14), 14)) << step;
  }
}

TEST(Constants, LogarithmsOfWhatHasNoneAreErrors) {
  for (const double x : {0.0, -1.0, static_cast<double>(INFINITY), static_cast<double>(NAN)}) {
    EXPECT_THROW(fixed_log2(x, 8), InputError);
  }
  EXPECT_THROW(fixed_log2_correction(1.0, 1, 8), InputError);
  EXPECT_THROW(fixed_log2_correction(0.9, 0, 8), InputError);
}

TEST(Constants, ChecksSeeAnyChangedEntry) {
  EXPECT_TRUE(sees_each_changed_entry(octave_constants(3, 8),
                                      [](const Table& t) { return is_octave_table(t, 3, 8); }));
  EXPECT_TRUE(sees_each_changed_entry(mantissa_thresholds(3, Rounding::kLogNearest, 10), [](const Table& t) {
    return is_threshold_table(t, 3, Rounding::kLogNearest, 10);
  }));
  EXPECT_TRUE(sees_each_changed_entry(float_thresholds(5, Rounding::kLinearNearest), [](const Table& t) {
    return is_float_threshold_table(t, 5, Rounding::kLinearNearest);
  }));
  EXPECT_TRUE(sees_each_changed_entry(gaussian_logarithm_table(14),
                                      [](const Table& t) { return is_gaussian_table(t, 14); }));
}

}  // namespace
}  // namespace napier
