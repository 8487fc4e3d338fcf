#include "models/units/lns_multiplier.hpp"

#include <gtest/gtest.h>

#include "tests/units/lns_specification.hpp"

namespace napier {
namespace {

using Multiply = std::function<LnsProduct(const LnsFormat&, Word, Word)>;

/// Number of operand pairs of the format whose product differs from the specification.
int differences(const Format& format, const Multiply& multiply) {
  const LnsFormat f(format);
  int count = 0;
  for (int a = 0; a < 1 << f.bits; ++a) {
    for (int b = 0; b < 1 << f.bits; ++b) {
      const spec::Operand x = spec::operand(format, a);
      const spec::Operand y = spec::operand(format, b);
      const LnsProduct p = multiply(f, static_cast<Word>(a), static_cast<Word>(b));
      const bool same = p.exponent == x.code + y.code && p.negative == (x.negative != y.negative) &&
                        p.zero == (x.zero || y.zero);
      count += same ? 0 : 1;
    }
  }
  return count;
}

TEST(LnsMultiplier, EveryOperandPairOfEveryFormat) {
  Format f;
  for (f.bits = 4; f.bits <= 8; ++f.bits) {
    for (const ZeroCode zero : {ZeroCode::kReserved, ZeroCode::kNone}) {
      f.zero = zero;
      EXPECT_EQ(differences(f, lns_multiply), 0) << f.bits;
    }
  }
}

TEST(LnsMultiplier, CheckSeesMutations) {
  const Format f;
  EXPECT_GT(differences(f,
                        [](const LnsFormat& format, Word a, Word b) {
                          LnsProduct p = lns_multiply(format, a, b);
                          p.exponent &= 0x7F;  // the carry lost
                          return p;
                        }),
            0);
  EXPECT_EQ(differences(f,
                        [](const LnsFormat& format, Word a, Word b) {
                          LnsProduct p = lns_multiply(format, a, b);
                          if (a == 3 && b == 200) p.negative = !p.negative;  // one sign of 65536
                          return p;
                        }),
            1);
}

}  // namespace
}  // namespace napier
