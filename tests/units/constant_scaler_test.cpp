#include "models/units/constant_scaler.hpp"

#include <gtest/gtest.h>

#include <random>

#include "models/design/widths.hpp"
#include "tests/units/lns_specification.hpp"

namespace napier {
namespace {

/// The scaler's rule with constants of the caller's choice.
std::int64_t scale(const std::vector<exact::Integer>& constants, int fraction_bits,
                   const std::vector<std::int64_t>& bin_sums) {
  if (constants.empty()) return bin_sums[0];
  exact::Integer sum = 0;
  for (std::size_t i = 0; i < constants.size(); ++i) sum += constants[i] * exact::Integer(bin_sums[i]);
  return exact::shift_right(sum, fraction_bits).get_si();
}

/// Bin sums of both signs, among them each bin alone at its largest.
std::vector<std::vector<std::int64_t>> stimuli(const Design& d) {
  const std::int64_t largest = (std::int64_t{1} << (d.datapath.term_bits + 2)) * d.datapath.vector;
  const auto bins = static_cast<std::size_t>(widths::bins(d));
  std::vector<std::vector<std::int64_t>> result(2 * bins, std::vector<std::int64_t>(bins));
  for (std::size_t i = 0; i < bins; ++i) {
    result[2 * i][i] = largest;
    result[2 * i + 1][i] = -largest;
  }
  std::mt19937_64 random(static_cast<unsigned>(d.datapath.const_bits));
  for (int round = 0; round < 4; ++round) {
    std::vector<std::int64_t> sums;
    for (std::size_t i = 0; i < bins; ++i) {
      sums.push_back(static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(largest)) - largest / 2);
    }
    result.push_back(sums);
  }
  return result;
}

int differences(const Design& d, const std::vector<exact::Integer>& constants) {
  const ConstantScaler scaler(d);
  int count = 0;
  for (const auto& sums : stimuli(d)) {
    count += scaler(sums) == scale(constants, d.datapath.const_bits, sums) ? 0 : 1;
  }
  return count;
}

TEST(ConstantScaler, EveryDesign) {
  spec::for_each_design([](const Design& d) {
    if (widths::scaled_sum_bits(d) > 63) return;
    ASSERT_EQ(differences(d, spec::bin_constants(d)), 0)
        << d.datapath.lut_bits << ' ' << d.datapath.const_bits;
  });
}

TEST(ConstantScaler, ConstantsOfThePaper) {
  const std::vector<std::uint32_t> constants = {256, 279, 304, 332, 362, 395, 431, 470};
  EXPECT_EQ(ConstantScaler(Design{}).constants(), constants);
}

TEST(ConstantScaler, DropsFractionsTowardsMinusInfinity) {
  Design d;
  d.datapath.lut_bits = 1;
  const ConstantScaler scaler(d);  // constants 256 and 362
  EXPECT_EQ(scaler(std::vector<std::int64_t>{0, 1}), 1);
  EXPECT_EQ(scaler(std::vector<std::int64_t>{0, -1}), -2);
  EXPECT_EQ(scaler(std::vector<std::int64_t>{-1, 0}), -1);
}

TEST(ConstantScaler, SumsFitTheirWidth) {
  spec::for_each_design([](const Design& d) {
    if (widths::scaled_sum_bits(d) > 63 || !widths::has_scaler(d)) return;
    // All terms in the bin of the largest constant is the worst that can happen. Truncated terms stay below
    // 2^(F+1), rounded ones can reach it.
    const int below = d.datapath.term_rounding == TermRounding::kHalfUp ? 0 : 1;
    const exact::Integer largest = exact::shift_left(1, d.datapath.term_bits + 1) - below;
    const exact::Integer terms = largest * d.datapath.vector;
    const exact::Integer sum = terms * spec::bin_constants(d).back();
    ASSERT_LT(sum, exact::shift_left(1, widths::scaled_sum_bits(d) - 1));
    ASSERT_LT(exact::shift_right(sum, d.datapath.const_bits), exact::shift_left(1, widths::sum_bits(d) - 1));
  });
}

TEST(ConstantScaler, CheckSeesAnyChangedConstant) {
  const Design d;
  const std::vector<exact::Integer> constants = spec::bin_constants(d);
  for (std::size_t i = 0; i < constants.size(); ++i) {
    std::vector<exact::Integer> changed = constants;
    changed[i] += 1;
    EXPECT_GT(differences(d, changed), 0) << i;
  }
}

}  // namespace
}  // namespace napier
