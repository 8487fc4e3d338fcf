#include "models/units/accumulation_collector.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "tests/units/exact_integer.hpp"

namespace napier {
namespace {

using Accumulate = std::function<AccumulateResult(std::int64_t, std::int64_t, int, Overflow)>;

bool follows_rule(const Accumulate& add, std::int64_t acc, std::int64_t addend, int bits, Overflow overflow) {
  const exact::Integer modulus = exact::shift_left(1, bits);
  const exact::Integer half = exact::shift_left(1, bits - 1);
  const exact::Integer sum = exact::Integer(acc) + exact::Integer(addend);
  const bool fits = sum >= -half && sum < half;
  exact::Integer expected = sum;
  if (!fits && overflow == Overflow::kSaturate) expected = sum > 0 ? half - 1 : exact::Integer(-half);
  if (!fits && overflow == Overflow::kWrap) {
    while (expected >= half) expected -= modulus;
    while (expected < -half) expected += modulus;
  }
  const AccumulateResult result = add(acc, addend, bits, overflow);
  return expected == result.value && result.overflowed == !fits;
}

int differences(const Accumulate& add, int bits, Overflow overflow) {
  int count = 0;
  const std::int64_t half = std::int64_t{1} << (bits - 1);
  for (std::int64_t acc = -half; acc < half; ++acc) {
    for (std::int64_t addend = -5 * half; addend <= 5 * half; ++addend) {
      count += follows_rule(add, acc, addend, bits, overflow) ? 0 : 1;
    }
  }
  return count;
}

TEST(AccumulationCollector, EveryPairOfSmallWidths) {
  for (const int bits : {2, 5, 8}) {
    EXPECT_EQ(differences(accumulate, bits, Overflow::kSaturate), 0);
    EXPECT_EQ(differences(accumulate, bits, Overflow::kWrap), 0);
  }
}

TEST(AccumulationCollector, EdgesOfWideAccumulators) {
  for (const int bits : {16, 24, 31, 32}) {
    const std::int64_t high = (std::int64_t{1} << (bits - 1)) - 1;
    for (const std::int64_t acc :
         {-high - 1, -high, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1}, high}) {
      for (const std::int64_t addend : {-high - 2, -high - 1, std::int64_t{-1}, std::int64_t{0},
                                        std::int64_t{1}, high, high + 1, 5 * high}) {
        EXPECT_TRUE(follows_rule(accumulate, acc, addend, bits, Overflow::kSaturate)) << acc << ' ' << addend;
        EXPECT_TRUE(follows_rule(accumulate, acc, addend, bits, Overflow::kWrap)) << acc << ' ' << addend;
      }
    }
  }
}

TEST(AccumulationCollector, CheckSeesASymmetricClamp) {
  const Accumulate symmetric = [](std::int64_t acc, std::int64_t addend, int bits, Overflow overflow) {
    AccumulateResult r = accumulate(acc, addend, bits, overflow);
    const std::int32_t high = (1 << (bits - 1)) - 1;
    if (r.value < -high) r.value = -high;
    return r;
  };
  EXPECT_GT(differences(symmetric, 5, Overflow::kSaturate), 0);
}

}  // namespace
}  // namespace napier
