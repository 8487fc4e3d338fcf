// Every product of FP8 numbers, every term width: MPFR works the scaled product out exactly and rounds it
// once.
#include "models/units/fp_to_int.hpp"

#include <gtest/gtest.h>
#include <mpfr.h>

#include <cmath>
#include <set>

#include "models/design/widths.hpp"
#include "models/units/vector_lane.hpp"

namespace napier {
namespace {

Design fp8(FormatKind kind, int term_bits, TermRounding rounding) {
  Design d;
  d.format.kind = kind;
  d.datapath.term_bits = term_bits;
  d.datapath.term_rounding = rounding;
  d.update.kind = UpdateKind::kHost;
  return d;
}

/// |product| * 2^(F - T), rounded towards zero or to the nearest with ties away from zero.
long specified_term(const Minifloat& f, const FpProduct& p, int scale, TermRounding rounding) {
  mpfr_t x;
  mpfr_init2(x, 128);
  mpfr_set_si_2exp(x, p.significand, p.exponent - 2 * f.bias() - 2 * f.mantissa_bits + scale, MPFR_RNDN);
  rounding == TermRounding::kTruncate ? mpfr_trunc(x, x) : mpfr_round(x, x);
  const long term = mpfr_get_si(x, MPFR_RNDZ);
  mpfr_clear(x);
  return term;
}

/// Products of `d`'s format that become another term than with F - T = `scale`.
int differences(const Design& d, int scale) {
  const Minifloat& f = widths::fp8_format(d);
  const FpToInt unit(d);
  std::set<std::pair<int, int>> seen;
  int count = 0;
  for (int a = 0; a <= f.max_code(); ++a) {
    for (int b = 0; b <= f.max_code(); ++b) {
      const FpProduct p = fp_multiply(f, static_cast<Word>(a), static_cast<Word>(b | f.sign_code()));
      if (!seen.insert({p.significand, p.exponent}).second) continue;
      const IntTerm t = unit(p);
      count +=
          t.magnitude != specified_term(f, p, scale, d.datapath.term_rounding) || !t.negative || t.bin != 0;
      count += t.magnitude >> widths::term_bits(d) != 0;
    }
  }
  return count;
}

/// Octaves of the largest products, 448^2 and 57344^2.
int octave(FormatKind kind) { return kind == FormatKind::kFp8E4m3 ? 17 : 31; }

TEST(FpToInt, EveryProductOfEveryWidth) {
  for (const FormatKind kind : {FormatKind::kFp8E4m3, FormatKind::kFp8E5m2}) {
    for (int term_bits = 2; term_bits <= 30; ++term_bits) {
      for (const TermRounding rounding : {TermRounding::kTruncate, TermRounding::kHalfUp}) {
        ASSERT_EQ(differences(fp8(kind, term_bits, rounding), term_bits - octave(kind)), 0) << term_bits;
      }
    }
  }
}

TEST(FpToInt, CheckSeesAnotherScaleAndRounding) {
  Design d = fp8(FormatKind::kFp8E4m3, 12, TermRounding::kTruncate);
  EXPECT_GT(differences(d, 12 - 16), 0);
  const Minifloat& f = widths::fp8_format(d);
  const FpProduct half = fp_multiply(f, 0x38, 0x30);  // 1 * 2^-1
  EXPECT_EQ(specified_term(f, half, 0, TermRounding::kTruncate), 0);
  EXPECT_EQ(specified_term(f, half, 0, TermRounding::kHalfUp), 1);
}

TEST(FpToInt, LargestVectorFitsTheSumWidth) {
  for (const FormatKind kind : {FormatKind::kFp8E4m3, FormatKind::kFp8E5m2}) {
    for (const int vector : {1, 2, 32, 256}) {
      Design d = fp8(kind, 30, TermRounding::kHalfUp);
      d.datapath.vector = vector;
      const Minifloat& f = widths::fp8_format(d);
      const std::vector<Word> a(static_cast<std::size_t>(vector), static_cast<Word>(f.max_code()));
      const std::vector<Word> b(a.size(), static_cast<Word>(f.max_code() | f.sign_code()));
      const std::int64_t limit = std::int64_t{1} << (widths::sum_bits(d) - 1);
      const VectorLane lane(d);
      EXPECT_LT(lane(a, a), limit);
      EXPECT_EQ(lane(a, b), -lane(a, a));
      EXPECT_GE(lane(a, a), limit / 2);  // and no bit is wasted
    }
  }
}

}  // namespace
}  // namespace napier
