#include "models/format/stochastic_quantizer.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "models/base/error.hpp"

namespace napier {
namespace {

const TensorPlace kPlace{"gradients of layer 1", 3};

struct Result {
  Word word;
  QuantizeCounts counts;
};

Result quantize_one(const StochasticQuantizer& q, float x, int k, std::uint32_t random) {
  Result result{};
  result.counts = q.quantize({&x, 1}, k, {&random, 1}, {&result.word, 1}, kPlace);
  return result;
}

/// How many of the 2^32 random words take the upper neighbour; they are the lowest ones.
std::uint64_t upper_choices(const StochasticQuantizer& q, float x, int k) {
  const Word lower = quantize_one(q, x, k, 0xFFFFFFFF).word;
  std::uint64_t low = 0, high = std::uint64_t{1} << 32;
  while (low < high) {
    const std::uint64_t middle = (low + high) / 2;
    if (quantize_one(q, x, k, static_cast<std::uint32_t>(middle)).word != lower) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

TEST(StochasticQuantizer, ExpectedValueIsTheNumber) {
  for (const int gamma_log2 : {0, 3, 5}) {
    Design d;
    d.format.gamma_log2 = gamma_log2;
    const StochasticQuantizer q(d);
    const Quantizer nearest(d);
    const int k = 5;
    const float scale = nearest.dequantize(127, k);
    const float smallest = nearest.dequantize(1, k);
    std::mt19937 random(1);
    for (int round = 0; round < 2000; ++round) {
      // From two octaves below code 1, where the neighbours are zero and code 1, up to the scale.
      const float x = std::min(scale, smallest / 4 * std::exp2(static_cast<float>(random() % 1800) * 0.01F));
      const float lower = nearest.dequantize(quantize_one(q, x, k, 0xFFFFFFFF).word, k);
      const float upper = nearest.dequantize(quantize_one(q, x, k, 0).word, k);
      ASSERT_LE(lower, x);
      ASSERT_GE(upper, x);
      const double probability = std::ldexp(static_cast<double>(upper_choices(q, x, k)), -32);
      // Code values as floats are 2^-24 off relative, the quantiser's own 2^-31; a gap is at least 2.1 % of
      // them.
      const double bound = static_cast<double>(x) * 0x1p-23;
      ASSERT_NEAR(lower + probability * (static_cast<double>(upper) - lower), x, bound) << gamma_log2;
    }
  }
}

TEST(StochasticQuantizer, SaturatesAndUnderflowsAreCounted) {
  Design d;
  const StochasticQuantizer q(d);
  EXPECT_EQ(quantize_one(q, 1.0F, 0, 0).word, 127);
  EXPECT_EQ(quantize_one(q, 1.0F, 0, 0).counts.saturated, 0);
  EXPECT_EQ(quantize_one(q, -1.0000001F, 0, 0).word, 255);
  EXPECT_EQ(quantize_one(q, -1.0000001F, 0, 0).counts.saturated, 1);
  EXPECT_EQ(quantize_one(q, 1e-20F, 0, 1).word, 0);
  EXPECT_EQ(quantize_one(q, 1e-20F, 0, 1).counts.underflowed, 1);
  EXPECT_EQ(quantize_one(q, -0.0F, 0, 0).word, 0);
  d.format.zero = ZeroCode::kNone;
  EXPECT_EQ(quantize_one(StochasticQuantizer(d), -1e-20F, 0, 0).word, 128);
}

TEST(StochasticQuantizer, Int8ProbabilitiesAreExact) {
  Design d;
  d.format.kind = FormatKind::kInt8;
  const StochasticQuantizer q(d);
  EXPECT_EQ(upper_choices(q, 3.25F, 0), std::uint64_t{1} << 30);
  EXPECT_EQ(upper_choices(q, -126.5F, 0), std::uint64_t{1} << 31);
  EXPECT_EQ(upper_choices(q, 5.0F, 0), 0U);
  EXPECT_EQ(quantize_one(q, 127.5F, 0, 0).word, 127);
  EXPECT_EQ(quantize_one(q, 127.5F, 0, 0).counts.saturated, 1);
}

TEST(StochasticQuantizer, RefusesWhatIsNoNumber) {
  const Design d;
  EXPECT_THROW(quantize_one(StochasticQuantizer(d), NAN, 0, 0), InputError);
  Design fp32;
  fp32.format.kind = FormatKind::kFp32;
  EXPECT_THROW(StochasticQuantizer{fp32}, InputError);
}

}  // namespace
}  // namespace napier
