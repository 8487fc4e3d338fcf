#include "models/units/vector_lane.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "models/design/widths.hpp"
#include "tests/units/lns_specification.hpp"

namespace napier {
namespace {

/// A lane from the specification's terms and constants, in whole numbers of any size.
class SpecifiedLane {
 public:
  explicit SpecifiedLane(const Design& d)
      : design_(d), terms_(spec::terms(d)), constants_(spec::bin_constants(d)) {}

  exact::Integer operator()(const std::vector<Word>& a, const std::vector<Word>& b) const {
    exact::Integer sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      const spec::Operand x = spec::operand(design_.format, a[i]);
      const spec::Operand y = spec::operand(design_.format, b[i]);
      if (x.zero || y.zero) continue;
      const spec::Term& t = terms_[static_cast<std::size_t>(x.code + y.code)];
      const exact::Integer weight =
          constants_.empty() ? exact::Integer(1) : constants_[static_cast<std::size_t>(t.bin)];
      sum += t.magnitude * weight * (x.negative == y.negative ? 1 : -1);
    }
    return exact::shift_right(sum, constants_.empty() ? 0 : design_.datapath.const_bits);
  }

 private:
  Design design_;
  std::vector<spec::Term> terms_;
  std::vector<exact::Integer> constants_;
};

/// Operand pairs, out of all, whose one-product vector differs.
int pair_differences(const Design& d, const VectorLane& lane) {
  const SpecifiedLane specified(d);
  int count = 0;
  std::vector<Word> a(1), b(1);
  for (int x = 0; x < 1 << d.format.bits; ++x) {
    for (int y = 0; y < 1 << d.format.bits; ++y) {
      a[0] = static_cast<Word>(x);
      b[0] = static_cast<Word>(y);
      count += specified(a, b) == lane(a, b) ? 0 : 1;
    }
  }
  return count;
}

std::vector<Word> random_words(std::mt19937& random, int bits, int count) {
  std::vector<Word> words;
  for (int i = 0; i < count; ++i) words.push_back(static_cast<Word>(random() & ((1U << bits) - 1)));
  return words;
}

TEST(VectorLane, EveryOperandPairOfTypicalDesigns) {
  Design d;
  d.datapath.term_bits = 12;
  for (d.format.gamma_log2 = 0; d.format.gamma_log2 <= 5; ++d.format.gamma_log2) {
    for (const auto style : {ConversionStyle::kPerElement, ConversionStyle::kBinned}) {
      for (const auto rounding : {TermRounding::kTruncate, TermRounding::kHalfUp}) {
        for (const auto zero : {ZeroCode::kReserved, ZeroCode::kNone}) {
          d.format.zero = zero;
          d.datapath.style = style;
          d.datapath.term_rounding = rounding;
          d.datapath.lut_bits = d.format.gamma_log2 / 2;
          if (widths::term_shift(d) < 0) continue;
          ASSERT_EQ(pair_differences(d, VectorLane(d)), 0) << d.format.gamma_log2;
        }
      }
    }
  }
}

TEST(VectorLane, RandomVectorsOfEveryDesign) {
  std::mt19937 random(3);
  spec::for_each_design([&](const Design& d) {
    if (widths::scaled_sum_bits(d) > 63) return;
    const VectorLane lane(d);
    const SpecifiedLane specified(d);
    for (int round = 0; round < 3; ++round) {
      const std::vector<Word> a = random_words(random, d.format.bits, d.datapath.vector);
      const std::vector<Word> b = random_words(random, d.format.bits, d.datapath.vector);
      ASSERT_EQ(specified(a, b), exact::Integer(lane(a, b)));
    }
  });
}

/// Vectors and octaves for which a lane differs from the floor of the specified sum over 2^octaves.
int scaled_differences(const std::function<std::int64_t(const VectorLane&, std::span<const Word>,
                                                        std::span<const Word>, int)>& scaled) {
  std::mt19937 random(5);
  int count = 0;
  spec::for_each_design([&](const Design& d) {
    if (widths::scaled_sum_bits(d) > 63) return;
    const VectorLane lane(d);
    const SpecifiedLane specified(d);
    const std::vector<Word> a = random_words(random, d.format.bits, d.datapath.vector);
    const std::vector<Word> b = random_words(random, d.format.bits, d.datapath.vector);
    const exact::Integer sum = specified(a, b);
    for (int octaves = 0; octaves <= widths::most_vector_shift(d); octaves = octaves * 3 / 2 + 1) {
      count += exact::shift_right(sum, octaves) == exact::Integer(scaled(lane, a, b, octaves)) ? 0 : 1;
    }
  });
  return count;
}

TEST(VectorLane, ScaledVectorsAreTheSumRoundedDown) {
  EXPECT_EQ(scaled_differences(
                [](const VectorLane& lane, auto a, auto b, int octaves) { return lane(a, b, octaves); }),
            0);
  EXPECT_GT(scaled_differences([](const VectorLane& lane, auto a, auto b, int octaves) {  // towards zero
              const std::int64_t sum = lane(a, b);
              return sum < 0 ? -(-sum >> std::min(octaves, 63)) : sum >> std::min(octaves, 63);
            }),
            0);
}

TEST(VectorLane, SplitSignIsBinnedBitForBit) {
  std::mt19937 random(4);
  Design binned, split;
  split.datapath.style = ConversionStyle::kSplitSign;
  for (const int lut_bits : {0, 1, 2, 3}) {
    binned.datapath.lut_bits = split.datapath.lut_bits = lut_bits;
    const VectorLane one(binned), other(split);
    for (int round = 0; round < 1000; ++round) {
      const std::vector<Word> a = random_words(random, 8, 32);
      const std::vector<Word> b = random_words(random, 8, 32);
      ASSERT_EQ(one(a, b), other(a, b));
    }
  }
}

TEST(VectorLane, LargestVectorFitsTheSumWidth) {
  spec::for_each_design([](const Design& d) {
    if (widths::scaled_sum_bits(d) > 63) return;
    const VectorLane lane(d);
    const std::vector<Word> a(static_cast<std::size_t>(d.datapath.vector),
                              static_cast<Word>(LnsFormat(d.format).max_code()));
    const std::vector<Word> b(a.size(), LnsFormat(d.format).word(true, LnsFormat(d.format).max_code()));
    const std::int64_t limit = std::int64_t{1} << (widths::sum_bits(d) - 1);
    ASSERT_LT(lane(a, a), limit);
    ASSERT_GE(lane(a, b), -limit);
  });
}

TEST(VectorLane, Int8SumsProductsExactly) {
  Design d;
  d.format.kind = FormatKind::kInt8;
  d.update.kind = UpdateKind::kHost;
  const VectorLane lane(d);
  std::mt19937 random(5);
  for (int x = -128; x < 128; ++x) {
    for (int y = -128; y < 128; ++y) {
      const std::vector<Word> a = {static_cast<Word>(x & 255)}, b = {static_cast<Word>(y & 255)};
      ASSERT_EQ(lane(a, b), x * y);
    }
  }
  const std::vector<Word> extreme(32, 0x80);
  EXPECT_EQ(lane(extreme, extreme), 32 * 128 * 128);
  EXPECT_LT(lane(extreme, extreme), std::int64_t{1} << (widths::sum_bits(d) - 1));
}

TEST(VectorLane, CheckSeesAnotherDesign) {
  const Design d;
  Design changed = d;
  changed.datapath.const_bits = 7;
  EXPECT_GT(pair_differences(d, VectorLane(changed)), 0);
  changed = d;
  changed.datapath.term_bits = 15;
  EXPECT_GT(pair_differences(d, VectorLane(changed)), 0);
}

}  // namespace
}  // namespace napier
