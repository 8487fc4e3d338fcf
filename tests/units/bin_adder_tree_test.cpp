#include "models/units/bin_adder_tree.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "models/design/widths.hpp"
#include "tests/units/lns_specification.hpp"

namespace napier {
namespace {

std::vector<IntTerm> random_terms(std::mt19937& random, int count, int bins) {
  std::vector<IntTerm> terms;
  for (int i = 0; i < count; ++i) {
    terms.push_back({static_cast<std::int64_t>(random() % (1U << 18)),
                     static_cast<int>(random()) & (bins - 1), (random() & 1) != 0});
  }
  return terms;
}

TEST(BinAdderTree, SumsEachBinExactly) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    const std::vector<IntTerm> terms = random_terms(random, 32, 8);
    std::array<std::int64_t, 8> sums{};
    add_to_bins(terms, sums);
    for (int bin = 0; bin < 8; ++bin) {
      exact::Integer expected = 0;
      for (const IntTerm& t : terms) {
        if (t.bin == bin) expected += exact::Integer(t.magnitude) * (t.negative ? -1 : 1);
      }
      EXPECT_EQ(expected, sums[static_cast<std::size_t>(bin)]);
    }
  }
}

TEST(BinAdderTree, SplitSignsGiveTheSameSums) {
  // Style split_sign: one unsigned tree for positive terms, one for negative ones, subtracted once.
  std::mt19937 random(2);
  for (int round = 0; round < 200; ++round) {
    const std::vector<IntTerm> terms = random_terms(random, 32, 4);
    std::array<std::int64_t, 4> sums{};
    add_to_bins(terms, sums);
    std::array<std::uint64_t, 4> positive{}, negative{};
    for (const IntTerm& t : terms) {
      (t.negative ? negative : positive)[static_cast<std::size_t>(t.bin)] +=
          static_cast<std::uint64_t>(t.magnitude);
    }
    for (std::size_t bin = 0; bin < 4; ++bin) {
      EXPECT_EQ(static_cast<std::int64_t>(positive[bin] - negative[bin]), sums[bin]);
    }
  }
}

TEST(BinAdderTree, TheLargestSumFitsItsWidth) {
  spec::for_each_design([](const Design& d) {
    const spec::Term largest = spec::term(d, 2 * LnsFormat(d.format).max_code());
    const exact::Integer sum = largest.magnitude * d.datapath.vector;
    ASSERT_LT(sum, exact::shift_left(1, widths::bin_sum_bits(d) - 1));
  });
}

}  // namespace
}  // namespace napier
