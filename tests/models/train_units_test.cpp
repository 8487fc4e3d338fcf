// The trainer's fast tensor code against the exact units, and the host's arithmetic.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "models/base/random.hpp"
#include "models/format/quantizer.hpp"
#include "models/gemm/gemm.hpp"
#include "models/train/host_math.hpp"
#include "models/train/madam_tensor.hpp"
#include "models/train/network.hpp"
#include "models/train/scales.hpp"
#include "models/train/tensor_post_processor.hpp"
#include "models/train/weights.hpp"

namespace napier {
namespace {

TEST(Philox, KnownAnswers) {
  // Random123's kat_vectors for philox4x32 with 10 rounds.
  EXPECT_EQ(Philox(0).block({0, 0, 0, 0}), (Philox::Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(Philox(0xffffffffffffffffULL).block({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}),
            (Philox::Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(Philox(0x299f31d0a4093822ULL).block({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}),
            (Philox::Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, SymmetricIsNeverZeroAndInside) {
  const Philox random(7);
  double sum = 0;
  for (std::uint64_t i = 0; i < 100000; ++i) {
    const float x = random.symmetric(3, i);
    ASSERT_NE(x, 0.0F);
    ASSERT_LT(std::abs(x), 1.0F);
    sum += x;
  }
  // The mean of n uniform numbers in (-1, 1) has deviation 1 / sqrt(3 n); five of them.
  EXPECT_LT(std::abs(sum / 100000), 5 / std::sqrt(3.0 * 100000));
}

double ulps(double value, long double exact) {
  const double unit = std::ldexp(1.0, std::ilogb(static_cast<double>(exact)) - 52);
  return static_cast<double>(std::abs(static_cast<long double>(value) - exact)) / unit;
}

TEST(HostMath, ExponentialWithinItsBound) {
  for (double x = -700; x < 700; x += 0.0371)
    ASSERT_LE(ulps(portable_exp(x), std::exp(static_cast<long double>(x))), 4) << x;
  EXPECT_EQ(portable_exp(0.0), 1.0);
  EXPECT_EQ(portable_exp(-1000.0), 0.0);
}

TEST(HostMath, LogarithmWithinItsBound) {
  for (double x = 1e-300; x < 1e300; x *= 1.0137) {
    const long double exact = std::log(static_cast<long double>(x));
    ASSERT_TRUE(ulps(portable_log(x), exact) <= 2 || std::abs(portable_log(x) - exact) <= 0x1p-53L) << x;
  }
  EXPECT_EQ(portable_log(1.0), 0.0);
}

TEST(HostMath, PowerOfTwoWithinItsBound) {
  for (float x = -126; x < 127; x += 0.00371F) {
    const double exact = std::exp2(double{x});
    const double unit = std::ldexp(1.0, std::ilogb(exact) - 23);
    ASSERT_LE(std::abs(double{portable_exp2(x)} - exact), 2 * unit) << x;
  }
}

std::vector<Design> post_designs() {
  std::vector<Design> designs;
  for (const auto zero : {ZeroCode::kReserved, ZeroCode::kNone}) {
    for (const int gamma_log2 : {0, 2, 3, 5}) {
      for (const int compare_bits : {8, 10, 16}) {
        Design d;
        d.format.zero = zero;
        d.format.gamma_log2 = gamma_log2;
        d.post_processor.compare_bits = compare_bits;
        designs.push_back(d);
      }
    }
  }
  Design narrow;
  narrow.format.bits = 5;
  narrow.format.gamma_log2 = 1;
  designs.push_back(narrow);
  Design int8;
  int8.format.kind = FormatKind::kInt8;
  designs.push_back(int8);
  Design channels;
  channels.format.scale_group = ScaleGroup::kChannel;
  designs.push_back(channels);
  channels.format.rounding = Rounding::kStochastic;
  designs.push_back(channels);
  return designs;
}

TEST(TensorPostProcessor, EqualsTheUnit) {
  std::mt19937 random(1);
  std::vector<std::int32_t> acc = {0, 1, -1, INT32_MAX, INT32_MIN, INT32_MIN + 1};
  for (int i = 0; i < 40000; ++i) acc.push_back(static_cast<std::int32_t>(random()) >> (random() % 32));
  constexpr int kRows = 7;
  std::vector<std::uint8_t> mask(acc.size());
  for (auto& bit : mask) bit = static_cast<std::uint8_t>(random() % 2);
  for (const Design& d : post_designs()) {
    const TensorPostProcessor tensor(d);
    std::vector<std::int32_t> scales;
    if (d.format.scale_group == ScaleGroup::kChannel) {
      for (int m = 0; m < kRows; ++m) scales.push_back(-(m * 5 % 17));
    }
    for (const int bias : {-300, -120, -40, 0, 5, 20}) {
      for (const bool relu : {false, true}) {
        for (const bool masked : {false, true}) {
          const PostSettings settings{bias, relu, 0x123456789ABCDEF0};
          const OutputConverter unit(d, settings);
          std::vector<Word> expected;
          PostCounts events;
          for (std::size_t i = 0; i < acc.size(); ++i) {
            const int m = static_cast<int>(i) % kRows, n = static_cast<int>(i) / kRows;
            const int row_scale = scales.empty() ? 0 : scales[static_cast<std::size_t>(m)];
            const PostResult r =
                masked && mask[i] == 0 ? PostResult{0, PostEvent::kNone} : unit(acc[i], row_scale, m, n);
            expected.push_back(r.word);
            events.underflows += r.event == PostEvent::kUnderflow ? 1 : 0;
            events.clamps += r.event == PostEvent::kClamped ? 1 : 0;
          }
          for (const int threads : {1, 2}) {
            std::vector<Word> out(acc.size());
            const std::span<const std::uint8_t> used =
                masked ? std::span<const std::uint8_t>(mask) : std::span<const std::uint8_t>();
            const PostCounts counts = tensor(acc, kRows, settings, scales, used, out, Parallel(threads));
            ASSERT_EQ(out, expected) << "bias " << bias << " relu " << relu;
            ASSERT_EQ(counts.underflows, events.underflows);
            ASSERT_EQ(counts.clamps, events.clamps);
          }
        }
      }
    }
  }
}

TEST(TensorPostProcessor, LargestOutputsAreOfEachRow) {
  const std::vector<std::int32_t> acc = {3, -9, 5, INT32_MIN, 1, -2};
  EXPECT_EQ(largest_outputs(acc, 2, false, {}), (std::vector<std::uint32_t>{5, 1U << 31}));
  EXPECT_EQ(largest_outputs(acc, 2, true, {}), (std::vector<std::uint32_t>{5, 0}));
  EXPECT_EQ(largest_outputs(acc, 3, false, std::vector<std::uint8_t>{1, 1, 0, 0, 1, 1}),
            (std::vector<std::uint32_t>{3, 9, 2}));
}

TEST(TensorPostProcessor, LargestOutputHonoursReluAndMask) {
  const std::vector<std::int32_t> acc = {3, -9, 5, INT32_MIN};
  const Parallel one(1);
  EXPECT_EQ(largest_output(acc, false, {}, one), 1U << 31);
  EXPECT_EQ(largest_output(acc, true, {}, one), 5U);
  EXPECT_EQ(largest_output(acc, false, std::vector<std::uint8_t>{1, 1, 0, 0}, one), 9U);
}

/// Weights, moments and gradients of a tensor on which all paths of the unit are taken.
struct MadamCase {
  std::vector<UpdateWord> weights;
  std::vector<std::int32_t> v;
  std::vector<Word> gradient;
};

MadamCase some_tensor(const Design& d, const MadamUpdate& unit) {
  MadamCase c;
  std::mt19937 random(5);
  for (int i = 0; i < 50000; ++i) {
    const int code = 1 + static_cast<int>(random() % static_cast<unsigned>(unit.max_code()));
    c.weights.push_back(static_cast<UpdateWord>(code | (random() % 2 == 0 ? unit.max_code() + 1 : 0)));
    c.v.push_back(random() % 5 == 0 ? unit.zero_v() + static_cast<int>(random() % 3)
                                    : -static_cast<int>(random() % 90) * (1 << d.update.v_fraction) +
                                          static_cast<int>(random() % 500));
    c.v.back() = std::max(c.v.back(), unit.zero_v());
    c.gradient.push_back(static_cast<Word>(random() % 4 == 0 ? 0 : random()));
    if (d.format.zero == ZeroCode::kReserved && (c.gradient.back() & 127) == 0) c.gradient.back() = 0;
  }
  return c;
}

void expect_tensor_equals_unit(const Design& d) {
  const MadamTensor tensor(d);
  const MadamUpdate& unit = tensor.unit();
  MadamCase c = some_tensor(d, unit);
  const int octave = 1 << d.update.v_fraction;
  const MadamSettings settings{-230, -octave / 2, (d.update.bits - 11) * octave, unit.max_code() - 3,
                               0x123456789ABCDEF};
  std::vector<MadamState> expected;
  for (std::size_t i = 0; i < c.weights.size(); ++i)
    expected.push_back(unit({c.weights[i], c.v[i]}, c.gradient[i], settings, static_cast<std::uint32_t>(i)));
  tensor.update(c.weights, c.v, c.gradient, settings, Parallel(2));
  for (std::size_t i = 0; i < c.weights.size(); ++i) {
    ASSERT_EQ(c.weights[i], expected[i].weight) << i;
    ASSERT_EQ(c.v[i], expected[i].v) << i;
  }
}

TEST(ScaleTracker, StaticKeepsTheScaleOfTheFirstSteps) {
  Design d;
  d.format.scale_rule = ScaleRule::kStatic;
  d.format.scale_history = 2;
  ScaleTracker tracker(d);
  tracker.remember(std::optional<int>(5));
  EXPECT_EQ(tracker.scale(std::optional<int>(30), 0), 5 + 8);
  tracker.remember(std::optional<int>());  // a tensor of zeros says nothing
  tracker.remember(std::optional<int>(9));
  for (const int later : {40, -40}) tracker.remember(std::optional<int>(later));
  EXPECT_EQ(tracker.scale(std::optional<int>(30), 0), 9 + 8);
  d.format.scale_rule = ScaleRule::kDelayed;
  ScaleTracker delayed(d);
  for (const int needed : {5, 9, -40, -41}) delayed.remember(std::optional<int>(needed));
  EXPECT_EQ(delayed.scale(std::optional<int>(30), 0), -40 + 8);
}

TEST(Weights, OnOneScaleKeepsValuesOrFlushes) {
  Design d;
  d.format.scale_group = ScaleGroup::kChannel;
  const std::vector<float> initial = {1.0F, -0.5F, 0.001F, 0.002F};  // rows of very different size
  const Parallel one(1);
  const auto weights = make_weights(d, {}, initial, 2, 0, one);
  ASSERT_EQ(weights->groups().rows().size(), 2U);
  EXPECT_LT(weights->groups().rows()[1], -60);
  std::vector<Word> scratch;
  std::int64_t underflows = 0;
  const auto joined = on_one_scale(d, *weights, scratch, underflows);
  const Quantizer q(d);
  std::int64_t flushed = 0;
  for (std::size_t i = 0; i < initial.size(); ++i) {
    const float own =
        q.dequantize(weights->operands()[i], weights->scale() + weights->groups().rows()[i / 2]);
    const float here = q.dequantize(joined[i], weights->scale());
    flushed += here == 0 ? 1 : 0;
    if (here != 0) {
      EXPECT_EQ(own, here) << i;
    }
    EXPECT_NEAR(own, initial[i], std::abs(initial[i]) * 0.05F) << i;
  }
  EXPECT_EQ(flushed, underflows);
}

/// Rows of 5 weights in vectors of 2: three groups a row, the last of one weight.
const std::vector<float> kGrouped = {1.0F, -0.5F, 0.02F,   0.01F, 0.5F,   0.25F, 0.3F, 1e-9F,
                                     0.0F, 0.0F,  -0.125F, 0.1F,  -2e-3F, 1e-3F, 0.0F};

class VectorScales : public testing::TestWithParam<UpdateKind> {
 protected:
  static Design design() {
    Design d;
    d.format.scale_group = ScaleGroup::kVector;
    d.datapath.vector = 2;
    d.update.kind = GetParam();
    return d;
  }
  const Parallel one_{1};
};

/// The groups' own scales hold their weights: words times 2^-octaves are the weights, those of the input
/// gradient are the same values or flushed.
TEST_P(VectorScales, WordsAndOctavesAreTheWeights) {
  const Design d = design();
  const auto weights = make_weights(d, {}, kGrouped, 3, 0, one_);
  const GroupScales& groups = weights->groups();
  ASSERT_EQ(groups.vector_shifts().size(), 9U);
  EXPECT_TRUE(groups.rows().empty());
  std::vector<Word> scratch;
  std::int64_t underflows = 0;
  const auto joined = on_one_scale(d, *weights, scratch, underflows);
  const Quantizer q(d);
  std::int64_t flushed = 0;
  int finer = 0;
  for (std::size_t i = 0; i < kGrouped.size(); ++i) {
    const std::size_t g = i / 5 * 3 + i % 5 / 2;
    const int octaves = groups.vector_shifts()[g];
    EXPECT_EQ(groups.offset(g), -octaves * 8);
    EXPECT_EQ(groups.offset_of_weight(i), -octaves * 8);
    const float own = std::ldexp(q.dequantize(weights->operands()[i], weights->scale()), -octaves);
    const float here = q.dequantize(joined[i], weights->scale());
    const bool lost = here == 0 && own != 0;
    if (!lost) {
      EXPECT_EQ(own, here) << i;
    }
    flushed += lost ? 1 : 0;
    finer += octaves > 3 ? 1 : 0;
    // Half a code, 4.4 %, unless it is too small for its group.
    if (std::abs(kGrouped[i]) > 1e-6F) {
      EXPECT_NEAR(own, kGrouped[i], std::abs(kGrouped[i]) * 0.045F) << i;
    }
  }
  EXPECT_GT(finer, 0);
  EXPECT_EQ(flushed, underflows);
}

/// A forward product with the scales is the product of the weights' values, up to the rounding down of each
/// vector.
TEST_P(VectorScales, ProductsAreInUnitsOfTheTensorsScale) {
  const Design d = design();
  const auto weights = make_weights(d, {}, kGrouped, 3, 0, one_);
  const std::vector<float> x = {1.0F, 0.5F, -0.25F, 0.7F, 0.9F};
  const Quantizer q(d);
  std::vector<Word> words(x.size());
  q.quantize(x, 0, words, {"x", 0});
  std::vector<std::int32_t> acc(3);
  Gemm gemm(d, one_);
  gemm(3, 1, 5, weights->operands(), words, {}, acc, weights->groups().vector_shifts());
  const double unit = accumulator_unit(d, weights->scale(), 0);
  for (std::size_t row = 0; row < 3; ++row) {
    double exact = 0, magnitude = 0;
    for (std::size_t k = 0; k < 5; ++k) {
      const int octaves = weights->groups().vector_shifts()[row * 3 + k / 2];
      const double w =
          std::ldexp(double{q.dequantize(weights->operands()[row * 5 + k], weights->scale())}, -octaves);
      exact += w * double{q.dequantize(words[k], 0)};
      magnitude += std::abs(w * double{q.dequantize(words[k], 0)});
    }
    // Constants of 8 bits are off by 2^-9, dequantised values by 2^-24; each of the three vectors is rounded
    // down by less than a unit, each term by less than one and its constant's, below two.
    EXPECT_NEAR(acc[row] * unit, exact, magnitude * (0x1p-9 + 0x1p-20) + (3 + 5 * 2) * unit) << row;
  }
}

TEST_P(VectorScales, StopAtTheMostOctavesThatAWordHolds) {
  Design d = design();
  d.format.bits = 4;
  d.format.gamma_log2 = 0;
  d.datapath.lut_bits = 0;
  d.update.bits = 8;
  const std::vector<float> wide = {1.0F, 1.0F, 1e-9F, 1e-9F};  // 30 octaves apart; a word holds 15
  const auto weights = make_weights(d, {}, wide, 1, 0, one_);
  EXPECT_EQ(
      std::vector<Word>(weights->groups().vector_shifts().begin(), weights->groups().vector_shifts().end()),
      (std::vector<Word>{0, 15}));
}

INSTANTIATE_TEST_SUITE_P(Kinds, VectorScales, testing::Values(UpdateKind::kMadam, UpdateKind::kHost),
                         [](const auto& tested) {
                           return std::string(tested.param == UpdateKind::kMadam ? "madam" : "host");
                         });

TEST(MadamTensor, EqualsTheUnit) {
  for (const int update_bits : {8, 11, 16}) {
    for (const int v_fraction : {4, 8, 14}) {
      for (const auto zero : {ZeroCode::kReserved, ZeroCode::kNone}) {
        for (const auto rounding : {UpdateRounding::kNearest, UpdateRounding::kStochastic}) {
          for (const auto v_rounding : {UpdateRounding::kNearest, UpdateRounding::kStochastic}) {
            for (const bool round_first : {false, true}) {
              Design d;
              d.format.zero = zero;
              d.update.bits = update_bits;
              d.update.v_fraction = v_fraction;
              d.update.rounding = rounding;
              d.update.v_rounding = v_rounding;
              d.update.round_first = round_first;
              expect_tensor_equals_unit(d);
            }
          }
        }
      }
    }
  }
}

TEST(Scales, ValuesOfTheGrid) {
  Design d;
  EXPECT_EQ(scale_value(d, 0), 1.0);
  EXPECT_EQ(scale_value(d, -16), 0.25);
  EXPECT_NEAR(scale_value(d, 3), std::exp2(3.0 / 8), 2 * 0x1p-30);
  d.format.kind = FormatKind::kInt8;
  EXPECT_EQ(scale_value(d, -3), 0.125);
}

TEST(Scales, FloorCodeIsTheLargestNotAbove) {
  for (const double x : {1.0, 1.0905077, 1.0905078, 0.3, 7.9}) {
    const int code = floor_code(x, 3);
    EXPECT_LE(std::exp2(code / 8.0), x * (1 + 0x1p-29));
    EXPECT_GT(std::exp2((code + 1) / 8.0), x * (1 - 0x1p-29));
  }
}

TEST(Scales, LargestAccumulatorGetsTheLargestCode) {
  for (const auto grid : {ScaleGrid::kGamma, ScaleGrid::kPowerOfTwo}) {
    Design d;
    d.format.scale_grid = grid;
    const PostProcessor post(d);
    for (std::uint32_t magnitude = 1; magnitude < (1U << 23); magnitude = magnitude * 3 / 2 + 1) {
      const auto k = scale_of_accumulator(d, magnitude, 5, -30);
      ASSERT_TRUE(k.has_value());
      const auto event = [&](int at) {
        return post(static_cast<std::int32_t>(magnitude), {bias_k(d, 5, -30, at), false}).event;
      };
      const int finer = grid == ScaleGrid::kGamma ? 1 : 8;
      EXPECT_EQ(event(*k), PostEvent::kNone);
      EXPECT_EQ(event(*k - finer), PostEvent::kClamped);
      EXPECT_EQ(*k % finer, 0);
    }
  }
}

TEST(Scales, DelayedRuleRemembers) {
  Design d;
  d.format.scale_history = 2;
  ScaleTracker tracker(d);
  const int current = tracker.scale(1000, 0, 0);
  EXPECT_EQ(current, *scale_of_accumulator(d, 1000, 0, 0));
  tracker.remember(1000, 0, 0);
  EXPECT_EQ(tracker.scale(4000, 0, 0), current + 8);
  tracker.remember(0, 0, 0);  // a tensor of zeros teaches nothing
  EXPECT_EQ(tracker.scale(1, 0, 0), current + 8);
  tracker.remember(10, 0, 0);
  tracker.remember(20, 0, 0);
  EXPECT_EQ(tracker.scale(4000, 0, 0), *scale_of_accumulator(d, 20, 0, 0) + 8);
}

TEST(Loss, SoftmaxCrossEntropyOfEqualLogits) {
  StepReport report;
  std::vector<float> gradient(8);
  softmax_cross_entropy(std::vector<double>(8, 1.5), std::vector<std::uint8_t>{0, 3}, 4, gradient, report);
  EXPECT_NEAR(report.loss, std::log(4.0), 1e-15);
  EXPECT_EQ(report.correct, 1);
  EXPECT_EQ(gradient, (std::vector<float>{-0.375F, 0.125F, 0.125F, 0.125F, 0.125F, 0.125F, 0.125F, -0.375F}));
}

}  // namespace
}  // namespace napier
