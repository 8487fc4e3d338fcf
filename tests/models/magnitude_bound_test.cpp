// The bound that lets kernels leave out overflow checks: never wrong, and exact where operands are equal.
#include "models/gemm/magnitude_bound.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "models/format/lns_format.hpp"
#include "models/units/accumulation_collector.hpp"

namespace napier {
namespace {

using Row = std::vector<int>;  ///< attenuations, 255 for zero

std::uint64_t energy(const Row& row, const Design& d) {
  std::uint64_t sum = 0;
  for (const int a : row) sum += gemm::lns_energy(static_cast<std::uint32_t>(a), d.format.gamma_log2);
  return sum;
}

/// Whether the accumulator overflows when all products have one sign, the worst case.
bool overflows(const Design& d, const ProductTable& table, const Row& a, const Row& b, std::int32_t bias,
               int sign) {
  std::int64_t acc = bias;
  const auto vector = static_cast<std::size_t>(d.datapath.vector);
  for (std::size_t start = 0; start < a.size(); start += vector) {
    std::int64_t sum = 0;
    for (std::size_t k = start; k < std::min(a.size(), start + vector); ++k) {
      sum += sign * table.by_attenuation[static_cast<std::size_t>(a[k] + b[k])];
    }
    const auto next = accumulate(acc, sum >> table.shift, d.datapath.accumulator_bits, d.datapath.overflow);
    if (next.overflowed) return true;
    acc = next.value;
  }
  return false;
}

Design random_design(std::mt19937& random) {
  Design d;
  d.format.gamma_log2 = static_cast<int>(random() % 6);
  d.datapath.style = random() % 2 == 0 ? ConversionStyle::kPerElement : ConversionStyle::kBinned;
  d.datapath.lut_bits = static_cast<int>(random() % static_cast<unsigned>(d.format.gamma_log2 + 1));
  d.datapath.term_bits = 6 + static_cast<int>(random() % 10);
  const int most = LnsFormat(d.format).max_quotient() + d.format.gamma_log2;
  d.datapath.term_bits = std::min(d.datapath.term_bits, most);
  d.datapath.term_rounding = random() % 2 == 0 ? TermRounding::kTruncate : TermRounding::kHalfUp;
  d.datapath.vector = 1 << random() % 6;
  return d;
}

TEST(MagnitudeBound, NothingOverflowsWhereItHolds) {
  std::mt19937 random(1);
  int held = 0, failed = 0, overflowed = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    Design d = random_design(random);
    const ProductTable table(d);
    const auto k = static_cast<std::size_t>(1 + random() % 200);
    const auto spread = 1 + random() % 60;
    Row a, b;
    for (std::size_t i = 0; i < k; ++i) {
      a.push_back(random() % 8 == 0 ? 255 : static_cast<int>(random() % spread));
      b.push_back(random() % 8 == 0 ? 255 : static_cast<int>(random() % spread));
    }
    // Accumulators around the width where it matters.
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < k; ++i) sum += table.by_attenuation[static_cast<std::size_t>(a[i] + b[i])];
    const int width = static_cast<int>(std::log2(static_cast<double>((sum >> table.shift) + 1))) + 2;
    d.datapath.accumulator_bits = std::clamp(width + static_cast<int>(random() % 3) - 1, 8, 32);
    const auto bias = static_cast<std::int32_t>(random() % 64);
    const gemm::MagnitudeBound bound(d, &table);
    const bool holds = bound.holds(static_cast<int>(k), energy(a, d), energy(b, d), bias);
    const bool any = overflows(d, table, a, b, bias, 1) || overflows(d, table, a, b, -bias, -1);
    EXPECT_FALSE(holds && any) << "trial " << trial;
    EXPECT_FALSE(bound.holds(static_cast<int>(k), bias) && any) << "trial " << trial;
    held += holds ? 1 : 0;
    failed += holds ? 0 : 1;
    overflowed += any ? 1 : 0;
  }
  // The trials lie on both sides of every decision.
  EXPECT_GT(held, 200);
  EXPECT_GT(failed, 200);
  EXPECT_GT(overflowed, 200);
}

TEST(MagnitudeBound, IsExactForTheLargestOperands) {
  Design d;
  d.datapath.style = ConversionStyle::kPerElement;
  const ProductTable table(d);
  const gemm::MagnitudeBound bound(d, &table);
  const auto most = static_cast<int>(((1 << 23) - 1) / table.largest);
  for (const int k : {most, most + 1}) {
    const Row row(static_cast<std::size_t>(k), 0);
    EXPECT_EQ(bound.holds(k, energy(row, d), energy(row, d), 0), k == most);
    EXPECT_EQ(bound.holds(k, 0), k == most);
    EXPECT_EQ(overflows(d, table, row, row, 0, 1), k != most);
    // An energy too small by three hundredths would be believed.
    if (k != most) {
      EXPECT_TRUE(bound.holds(k, energy(row, d) * 97 / 100, energy(row, d) * 97 / 100, 0));
    }
  }
}

TEST(MagnitudeBound, Int8) {
  Design d;
  d.format.kind = FormatKind::kInt8;
  d.datapath.accumulator_bits = 20;
  const gemm::MagnitudeBound bound(d, nullptr);
  EXPECT_TRUE(bound.holds(31, 0));  // 31 x 128 x 128 < 2^19
  EXPECT_FALSE(bound.holds(32, 0));
  EXPECT_TRUE(bound.holds(1000, 700 * 700, 700 * 700, 100));
  EXPECT_FALSE(bound.holds(1000, 725 * 725, 725 * 725, 100));
}

}  // namespace
}  // namespace napier
