#include "models/units/lns_to_int.hpp"

#include <gtest/gtest.h>

#include "models/design/widths.hpp"
#include "tests/units/lns_specification.hpp"

namespace napier {
namespace {

using Convert = std::function<IntTerm(const LnsProduct&)>;

/// Number of product exponents and signs whose term differs from the specification.
int differences(const Design& d, const Convert& convert) {
  int count = 0;
  const std::vector<spec::Term> terms = spec::terms(d);
  for (std::size_t p = 0; p < terms.size(); ++p) {
    for (const bool negative : {false, true}) {
      const IntTerm t = convert({static_cast<int>(p), negative, false});
      const bool same = terms[p].magnitude == t.magnitude && t.bin == terms[p].bin && t.negative == negative;
      count += same ? 0 : 1;
    }
  }
  return count;
}

TEST(LnsToInt, EveryProductOfEveryDesign) {
  int designs = 0;
  spec::for_each_design([&](const Design& d) {
    ++designs;
    const LnsToInt convert(d);
    ASSERT_EQ(differences(d, convert), 0)
        << "bits " << d.format.bits << " gamma_log2 " << d.format.gamma_log2 << " style "
        << static_cast<int>(d.datapath.style) << " lut_bits " << d.datapath.lut_bits << " const_bits "
        << d.datapath.const_bits << " term_bits " << d.datapath.term_bits;
  });
  EXPECT_GT(designs, 1000);
}

TEST(LnsToInt, ZeroHasNoTerm) {
  const IntTerm t = LnsToInt(Design{})({254, true, true});
  EXPECT_EQ(t.magnitude, 0);
  EXPECT_EQ(t.bin, 0);
  EXPECT_FALSE(t.negative);
}

TEST(LnsToInt, TermsFitTheirWidth) {
  spec::for_each_design([](const Design& d) {
    const LnsToInt convert(d);
    const int largest = 2 * LnsFormat(d.format).max_code();
    for (int p = 0; p <= largest; ++p) {
      ASSERT_LT(convert({p, false, false}).magnitude, std::int64_t{1} << widths::term_bits(d));
      ASSERT_LT(convert({p, false, false}).bin, widths::bins(d));
    }
  });
}

TEST(LnsToInt, CheckSeesMutations) {
  const Design d;
  Design narrow = d;
  narrow.datapath.term_rounding = TermRounding::kHalfUp;
  EXPECT_GT(differences(d, LnsToInt(narrow)), 0);
  narrow = d;
  narrow.datapath.lut_bits = 2;
  EXPECT_GT(differences(d, LnsToInt(narrow)), 0);
  const LnsToInt convert(d);
  EXPECT_EQ(differences(d,
                        [&](const LnsProduct& p) {
                          IntTerm t = convert(p);
                          if (p.exponent == 254) t.magnitude ^= 1;  // one bit of the largest term
                          return t;
                        }),
            2);
}

}  // namespace
}  // namespace napier
