// Weights that the host moves: rounded to LNS words, and integer Madam.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>

#include "models/base/error.hpp"
#include "models/format/quantizer.hpp"
#include "models/train/host_optimizer.hpp"
#include "models/train/integer_madam.hpp"
#include "models/train/state_archive.hpp"
#include "models/train/update_grid.hpp"
#include "models/train/weights.hpp"

namespace napier {
namespace {

Design rounded_design(int bits, UpdateRounding rounding) {
  Design d;
  d.update.kind = UpdateKind::kRounded;
  d.update.bits = bits;
  d.update.rounding = rounding;
  return d;
}

std::vector<float> uniform(std::size_t count, float limit, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> numbers(-limit, limit);
  std::vector<float> result;
  for (std::size_t i = 0; i < count; ++i) result.push_back(numbers(random));
  return result;
}

TEST(UpdateGrid, RoundingAValueGivesItsWord) {
  for (int bits = 8; bits <= 16; ++bits) {
    for (const auto zero : {ZeroCode::kReserved, ZeroCode::kNone}) {
      Design d = rounded_design(bits, UpdateRounding::kNearest);
      d.format.zero = zero;
      const UpdateGrid grid(d);
      for (int w = 0; w < 1 << bits; ++w) {
        if (zero == ZeroCode::kReserved && w == grid.max_code() + 1) continue;  // no word of this format
        const auto word = static_cast<UpdateWord>(w);
        const float x = grid.value(word, -13);
        ASSERT_EQ(grid.nearest(x, -13), word);
        ASSERT_EQ(grid.stochastic(x, -13, 0), word);
        ASSERT_EQ(grid.stochastic(x, -13, UINT32_MAX), word);
      }
    }
  }
}

/// Numbers whose word is farther from them, in octaves, than a neighbouring word is.
int not_nearest(const UpdateGrid& grid, const std::function<UpdateWord(float)>& round) {
  int count = 0;
  for (const float x : uniform(20000, 2.0F, 3)) {
    const UpdateWord word = round(x);
    const int code = word & grid.max_code();
    if (code <= 1 || code == grid.max_code()) continue;
    const auto distance = [&](int w) {
      return std::abs(std::log2(std::abs(x)) -
                      std::log2(std::abs(grid.value(static_cast<UpdateWord>(w), 8))));
    };
    // A tie within double's error of the logarithms counts for both.
    count += distance(word) > std::min(distance(word - 1), distance(word + 1)) + 1e-6 ? 1 : 0;
  }
  return count;
}

TEST(UpdateGrid, NearestIsNearestInOctaves) {
  for (const int bits : {8, 12, 16}) {
    const UpdateGrid grid(rounded_design(bits, UpdateRounding::kNearest));
    EXPECT_EQ(not_nearest(grid, [&](float x) { return grid.nearest(x, 8); }), 0);
    EXPECT_GT(not_nearest(grid, [&](float x) { return grid.stochastic(x, 8, 0); }), 1000);  // always down
  }
}

TEST(UpdateGrid, StochasticHasTheExactMean) {
  // p = (x - low) / (high - low) is compared with 2^32 values of the randomness: p is exact within 2^-32.
  for (const auto zero : {ZeroCode::kReserved, ZeroCode::kNone}) {
    Design d = rounded_design(10, UpdateRounding::kStochastic);
    d.format.zero = zero;
    const UpdateGrid grid(d);
    for (const float x : uniform(2000, 1.0F, 4)) {
      const UpdateWord low = grid.stochastic(x, 0, UINT32_MAX), high = grid.stochastic(x, 0, 0);
      const double a = std::abs(grid.value(low, 0)), b = std::abs(grid.value(high, 0));
      if (a == b) continue;  // x is on the grid
      ASSERT_EQ(high & grid.max_code(), (low & grid.max_code()) + 1);
      std::uint64_t up = 0, step = std::uint64_t{1} << 31;  // by bisection: how many values round up
      for (; step > 0; step /= 2) {
        if (grid.stochastic(x, 0, static_cast<std::uint32_t>(up + step - 1)) == high) up += step;
      }
      EXPECT_NEAR(static_cast<double>(up) * 0x1p-32, (std::abs(double{x}) - a) / (b - a), 0x1p-31);
    }
  }
}

TEST(UpdateGrid, SmallNumbersBecomeZeroOrCodeOne) {
  const UpdateGrid grid(rounded_design(8, UpdateRounding::kStochastic));
  const float one = grid.value(1, 0);
  EXPECT_EQ(grid.stochastic(one / 4, 0, 0x3FFFFFFF), 1);
  EXPECT_EQ(grid.stochastic(one / 4, 0, 0x40000000), 0);
  EXPECT_EQ(grid.stochastic(-one / 4, 0, 0), 0x81);
  EXPECT_EQ(grid.nearest(one / 4, 0), 0);
  EXPECT_EQ(grid.nearest(-one * 0.97F, 0), 0x81);
  EXPECT_EQ(grid.nearest(0.0F, 0), 0);
  EXPECT_EQ(grid.nearest(5.0F, 0), 0x7F) << "saturates";
}

struct Steps {
  std::unique_ptr<Weights> weights;
  std::vector<Word> gradient;
  int scale;
};

OptimizerParameters sgd(double rate) {
  OptimizerParameters o;
  o.host.learning_rate = rate;
  o.host.momentum = 0;
  return o;
}

std::vector<Word> operands(const Weights& w) { return {w.operands().begin(), w.operands().end()}; }

TEST(RoundedWeights, SmallStepsAreLostToNearestAndKeptInTheMeanByStochastic) {
  // gamma_U = 8: half a grid step is 2^(1/16) - 1 = 4.4 % of the weight; each step is 0.5 %.
  const Parallel one(1);
  const std::vector<float> initial(4096, 0.5F);
  const Word minus_one = 0xFF;  // code E, scale exponent 0
  const std::vector<Word> gradient(initial.size(), minus_one);
  for (const auto rounding : {UpdateRounding::kNearest, UpdateRounding::kStochastic}) {
    const auto weights = make_weights(rounded_design(8, rounding), sgd(0.0025), initial, 1, 0, one);
    for (int step = 0; step < 40; ++step) weights->update(gradient, 0, {step, 1.0}, nullptr);
    const Quantizer quantizer(rounded_design(8, rounding));
    double sum = 0;
    for (const Word w : weights->operands()) sum += quantizer.dequantize(w, weights->scale());
    const double mean = sum / static_cast<double>(initial.size());
    if (rounding == UpdateRounding::kNearest) {
      EXPECT_EQ(mean, 0.5);
    } else {
      // 40 independent roundings of at most half a grid step (2^(1/8) - 1 of 0.6) deviation: 5 sigma of the
      // mean.
      const double sigma = 0.6 * (std::exp2(1.0 / 8) - 1) / 2 * std::sqrt(40.0 / 4096);
      EXPECT_NEAR(mean, 0.6, 5 * sigma);
    }
  }
}

TEST(RoundedWeights, WideWordsFollowTheFloatRule) {
  // 16 bits, gamma_U 2048: each rounding moves a weight by at most 2^(1/4096) - 1 of it, and Madam's steps
  // are factors of the weight, so errors of logarithms add: 20 steps, 20 / 4096 octaves.
  const Parallel one(1);
  const std::vector<float> initial = uniform(2000, 0.3F, 5);
  OptimizerParameters o;
  o.host.rule = HostRule::kMadam;
  const Design d = rounded_design(16, UpdateRounding::kNearest);
  const auto weights = make_weights(d, o, initial, 1, 0, one);
  std::vector<float> exact = initial;
  HostOptimizer rule(o.host, HostRule::kMadam, d.update.bound, initial);
  const Quantizer quantizer(d);
  std::vector<Word> gradient(initial.size());
  for (int step = 0; step < 20; ++step) {
    quantizer.quantize(uniform(initial.size(), 1.0F, 100 + static_cast<unsigned>(step)), 0, gradient,
                       {"g", step});
    std::vector<float> values;
    for (const Word w : gradient) values.push_back(quantizer.dequantize(w, 0));
    weights->update(gradient, 0, {step, 1.0}, nullptr);
    rule.step(exact, values, base_rate(o, HostRule::kMadam), step + 1, one);
  }
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const double have = quantizer.dequantize(weights->operands()[i], weights->scale());
    if (have == 0) continue;  // below the operands' range
    // Half an operand code more: operands are rounded, which the stored words are not.
    EXPECT_LE(std::abs(std::log2(have / double{exact[i]})), 20.0 / 4096 + 1.0 / 16 + 1e-6);
  }
}

TEST(RoundedWeights, ThreadsAndCheckpointsChangeNothing) {
  const std::vector<float> initial = uniform(40000, 0.3F, 6);
  const Parallel one(1), two(2);
  const Design d = rounded_design(10, UpdateRounding::kStochastic);
  const auto a = make_weights(d, sgd(0.01), initial, 1, 1, one);
  const auto b = make_weights(d, sgd(0.01), initial, 1, 1, two);
  const auto other_layer = make_weights(d, sgd(0.01), initial, 1, 2, one);
  std::vector<Word> gradient(initial.size());
  std::mt19937 random(7);
  for (Word& g : gradient) g = static_cast<Word>(random() % 255 + 1 == 128 ? 0 : random() % 127 + 1);
  for (const auto& w : {a.get(), b.get(), other_layer.get()}) w->update(gradient, 0, {0, 1.0}, nullptr);
  EXPECT_EQ(operands(*a), operands(*b));
  EXPECT_NE(operands(*a), operands(*other_layer));
  StateArchive saved;
  a->exchange(saved);
  StateArchive stored(saved.bytes(), "test");
  const auto c = make_weights(d, sgd(0.01), initial, 1, 1, one);
  c->exchange(stored);
  stored.finish();
  for (int step = 1; step < 4; ++step) {
    a->update(gradient, 0, {step, 1.0}, nullptr);
    c->update(gradient, 0, {step, 1.0}, nullptr);
  }
  EXPECT_EQ(operands(*a), operands(*c));
}

TEST(RoundedWeights, WeightsThatDivergeAreRefused) {
  const Parallel one(1);
  const auto weights =
      make_weights(rounded_design(10, UpdateRounding::kNearest), sgd(100), {{1.0F, -1.0F}}, 1, 0, one);
  const std::vector<Word> gradient = {0x7F, 0x7F};
  try {
    for (int step = 0; step < 100; ++step) weights->update(gradient, 127 * 8, {step, 1.0}, nullptr);
    FAIL() << "no error";
  } catch (const InputError& e) {
    EXPECT_THAT(e.what(),
                testing::AllOf(testing::HasSubstr("of the weights is "), testing::HasSubstr("in step ")));
  }
}

TEST(IntegerMadam, WeightsArePublishedIntegers) {
  // 3 RMS = 3: k of |w| = 3 exp(-0.001 k).
  const std::vector<float> initial = {1.0F, -1.0F};
  IntegerMadam rule(12, 3.0F, 10.0, 0.999, initial);
  EXPECT_EQ(rule.max_k(), 4095);
  EXPECT_EQ(rule.largest(), 3.0F);
  const auto k_of_one = static_cast<std::uint16_t>(std::lround(std::log(3.0) / 0.001));
  EXPECT_EQ(rule.weights(),
            (std::vector<std::uint16_t>{k_of_one, static_cast<std::uint16_t>(k_of_one + 4096)}));
  EXPECT_NEAR(rule.magnitudes()[k_of_one], 1.0, 0.0005);
  // The first g* is +-1: s = 2^-6 ln 2 / 0.001 = 10.83 moves k by 11, towards zero where signs agree.
  rule.step(std::vector<float>{0.25F, 0.25F}, 1.0 / 64, 1, Parallel(1));
  EXPECT_EQ(rule.weights()[0], k_of_one + 11);
  EXPECT_EQ(rule.weights()[1] - 4096, k_of_one - 11);
  // No gradient, no step; v = 0 gives g* = 0.
  IntegerMadam still(12, 3.0F, 10.0, 0.999, initial);
  still.step(std::vector<float>{0.0F, 0.0F}, 1.0 / 64, 1, Parallel(1));
  EXPECT_EQ(still.weights()[0], k_of_one);
}

TEST(IntegerMadam, StaysWithinItsIntegers) {
  IntegerMadam rule(12, 3.0F, 10.0, 0.5, std::vector<float>{1.0F, -1.0F});
  for (int t = 1; t <= 300; ++t) rule.step(std::vector<float>{1.0F, 1.0F}, 1.0, t, Parallel(1));
  EXPECT_EQ(rule.weights()[0], 4095);
  EXPECT_EQ(rule.weights()[1], 4096);
  EXPECT_EQ(rule.magnitudes()[0], 3.0F);
}

TEST(IntegerMadam, OperandsAreThoseOfItsMagnitudes) {
  Design d;
  d.update.kind = UpdateKind::kIntegerMadam;
  d.update.bits = 13;
  const Parallel one(1);
  const std::vector<float> initial = uniform(1000, 0.2F, 8);
  const auto weights = make_weights(d, {}, initial, 1, 0, one);
  const auto largest = static_cast<float>(3.0 * root_mean_square(initial));
  const IntegerMadam rule(12, largest, d.update.bound, 0.999, initial);
  const Quantizer quantizer(d);
  std::vector<float> values;
  for (const int w : rule.weights()) {
    const float magnitude = rule.magnitudes()[static_cast<std::size_t>(w & 4095)];
    values.push_back(w > 4095 ? -magnitude : magnitude);
  }
  std::vector<Word> expected(values.size());
  quantizer.quantize(values, weights->scale(), expected, {"weights", 0});
  EXPECT_EQ(operands(*weights), expected);
}

TEST(IntegerMadam, ThreadsChangeNothing) {
  const std::vector<float> initial = uniform(40000, 0.2F, 8), gradient = uniform(40000, 1.0F, 9);
  IntegerMadam one(12, 0.3F, 10.0, 0.999, initial), three = one;
  for (int t = 1; t <= 3; ++t) {
    one.step(gradient, 1.0 / 64, t, Parallel(1));
    three.step(gradient, 1.0 / 64, t, Parallel(3));
  }
  EXPECT_EQ(one.weights(), three.weights());
  EXPECT_EQ(one.mean_squares(), three.mean_squares());
}

struct Kind {
  UpdateKind kind;
  HostRule rule;
  bool madam() const {
    return kind == UpdateKind::kMadam || kind == UpdateKind::kIntegerMadam || rule == HostRule::kMadam;
  }
};

const std::vector<Kind> kKinds = {
    {UpdateKind::kMadam, HostRule::kMadam}, {UpdateKind::kIntegerMadam, HostRule::kMadam},
    {UpdateKind::kHost, HostRule::kMadam},  {UpdateKind::kHost, HostRule::kSgd},
    {UpdateKind::kHost, HostRule::kAdam},   {UpdateKind::kRounded, HostRule::kMadam},
    {UpdateKind::kRounded, HostRule::kSgd}, {UpdateKind::kRounded, HostRule::kAdam}};

/// The weights of weight tensor 3.
std::unique_ptr<Weights> weights_of(const Kind& kind, std::span<const float> initial,
                                    const Parallel& threads) {
  Design d;
  d.update.kind = kind.kind;
  d.update.bits = 13;
  OptimizerParameters optimizer;
  optimizer.host.rule = kind.rule;
  return make_weights(d, optimizer, initial, 1, 3, threads);
}

/// What an InputError of `act` says, or nothing.
std::string refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const InputError& e) {
    return e.what();
  }
  return "";
}

TEST(EveryKindOfUpdate, ZeroGradientsMoveNothing) {
  const Parallel one(1);
  for (const Kind& kind : kKinds) {
    const auto weights = weights_of(kind, uniform(100, 0.5F, 2), one);
    const std::vector<Word> before = operands(*weights);
    for (int step = 0; step < 3; ++step) weights->update(std::vector<Word>(100, 0), 0, {step, 1.0}, nullptr);
    EXPECT_EQ(operands(*weights), before);
  }
}

TEST(EveryKindOfUpdate, GradientsBeyondFloatsAreRefusedWithTensorAndStep) {
  // 2^(2000 / 8) = 2^250. The Madam unit takes logarithms, and moves by this gradient as by any other.
  const Parallel one(1);
  const std::vector<Word> gradient = {0, 0x7F};
  for (const Kind& kind : kKinds) {
    const auto weights = weights_of(kind, std::vector<float>{0.5F, 0.5F}, one);
    const std::string message = refusal([&] { weights->update(gradient, 2000, {5, 1.0}, nullptr); });
    if (kind.kind == UpdateKind::kMadam) {
      EXPECT_EQ(message, "");
      EXPECT_LT(weights->update_words()[1], weights->update_words()[0]);
    } else {
      EXPECT_THAT(message,
                  testing::StartsWith("element 1 of the gradient of weight tensor 3 is infinite in step 5"));
    }
  }
}

TEST(EveryKindOfUpdate, MadamRefusesWeightsItCouldNeverMove) {
  const Parallel one(1);
  for (const Kind& kind : kKinds) {
    const std::string message = refusal([&] { weights_of(kind, std::vector<float>(4, 0.0F), one); });
    if (kind.madam()) {
      EXPECT_THAT(message, testing::HasSubstr("initial values of weight tensor 3 are all zero"));
    } else {
      EXPECT_EQ(message, "");
    }
  }
}

TEST(EveryKindOfUpdate, WeightsThatAreNotNumbersAreRefused) {
  const Parallel one(1);
  for (const Kind& kind : kKinds) {
    EXPECT_THAT(refusal([&] {
                  weights_of(kind, std::vector<float>{1.0F, NAN}, one);
                }),
                testing::HasSubstr("is NaN in step 0"));
  }
}

}  // namespace
}  // namespace napier
