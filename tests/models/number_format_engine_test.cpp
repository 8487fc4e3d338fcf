// The engine of the floating-point baselines against products in doubles, on numbers that every format holds
// exactly; what it refuses; that it continues where it stopped. Master weights of few bits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "models/base/error.hpp"
#include "models/base/random.hpp"
#include "models/design/design_file.hpp"
#include "models/format/minifloat.hpp"
#include "models/train/master_weights.hpp"
#include "models/train/state_archive.hpp"
#include "models/train/training_engine.hpp"

namespace napier {
namespace {

using Floats = std::vector<float>;

Design design_of(FormatKind kind) {
  Design d;
  d.format.kind = kind;
  d.update.kind = UpdateKind::kHost;
  return d;
}

/// 0, +-3 and +-6: exact in every format under every scale that a block or tensor of them takes.
Floats exact_numbers(std::size_t count, std::uint64_t stream) {
  const Philox random(4);
  constexpr float kNumbers[] = {0, 3, -3, 6, -6};
  Floats x;
  for (std::uint64_t i = 0; i < count; ++i) x.push_back(kNumbers[random.below(5, stream, i)]);
  return x;
}

struct Layer {
  Convolution shape;
  Floats w, x, dy, bias;
};

std::size_t area(int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); }

Layer layer_of(const Convolution& s) {
  return {s, exact_numbers(area(s.outputs, s.patch()), 0),
          exact_numbers(area(s.input_pixels(), s.channels), 1),
          exact_numbers(area(s.output_pixels(), s.outputs), 2),
          exact_numbers(static_cast<std::size_t>(s.outputs), 3)};
}

struct Products {
  std::vector<double> y, dx, dw;
};

/// The three products, by their definition.
Products defined(const Layer& l) {
  const Convolution& s = l.shape;
  Products p{std::vector<double>(l.dy.size()), std::vector<double>(l.x.size()),
             std::vector<double>(l.w.size())};
  for (int pixel = 0; pixel < s.output_pixels(); ++pixel) {
    const int sample = pixel / (s.output_height() * s.output_width());
    const int row = pixel / s.output_width() % s.output_height() * s.stride - s.padding;
    const int column = pixel % s.output_width() * s.stride - s.padding;
    for (int o = 0; o < s.outputs; ++o) {
      const std::size_t out = area(pixel, s.outputs) + static_cast<std::size_t>(o);
      p.y[out] = l.bias[static_cast<std::size_t>(o)];
      for (int i = 0; i < s.patch(); ++i) {
        const int r = row + i / s.channels / s.kernel_width;
        const int c = column + i / s.channels % s.kernel_width;
        if (r < 0 || r >= s.height || c < 0 || c >= s.width) continue;
        const std::size_t in = area((sample * s.height + r) * s.width + c, s.channels) +
                               static_cast<std::size_t>(i % s.channels);
        const std::size_t weight = area(o, s.patch()) + static_cast<std::size_t>(i);
        p.y[out] += double{l.w[weight]} * double{l.x[in]};
        p.dx[in] += double{l.w[weight]} * double{l.dy[out]};
        p.dw[weight] += double{l.dy[out]} * double{l.x[in]};
      }
    }
  }
  return p;
}

/// An engine with one matrix, a bias and two sites.
struct Bench {
  Parallel threads;
  std::unique_ptr<TrainingEngine> engine;
  nn::Site& activations;
  nn::Site& errors;
  nn::Matrix& matrix;
  nn::HostTensor<float>& bias;
  StepReport report;

  Bench(const Design& design, const Layer& l, int thread_count = 1, double rate = 0.05)
      : threads(thread_count),
        engine(make_engine(design, optimizer(rate), threads)),
        activations(engine->site("activations", nn::Role::kActivation)),
        errors(engine->site("errors", nn::Role::kError)),
        matrix(engine->matrix("weights", l.shape.outputs, l.shape.patch(), l.w)),
        bias(engine->host_tensor("bias", l.bias)) {
    engine->begin({3, 1.0}, true, report);
  }

  static OptimizerParameters optimizer(double rate) {
    OptimizerParameters o;
    o.host.learning_rate = rate;
    return o;
  }
};

class NumberFormatEngineTest : public testing::TestWithParam<FormatKind> {};

INSTANTIATE_TEST_SUITE_P(Kinds, NumberFormatEngineTest,
                         testing::Values(FormatKind::kFp16, FormatKind::kBf16, FormatKind::kFp8E4m3,
                                         FormatKind::kFp8E5m2, FormatKind::kMxfp8, FormatKind::kMxfp4,
                                         FormatKind::kNvfp4),
                         [](const auto& tested) { return format_name(tested.param); });

const Convolution kLinear{.batch = 21, .channels = 45, .outputs = 19};
const Convolution kStrided{.batch = 2,
                           .height = 7,
                           .width = 6,
                           .channels = 3,
                           .kernel_height = 3,
                           .kernel_width = 3,
                           .stride = 2,
                           .padding = 1,
                           .outputs = 5};

TEST_P(NumberFormatEngineTest, ProductsOfExactNumbersAreExact) {
  for (const Convolution& shape : {kLinear, kStrided}) {
    for (const int threads : {1, 2}) {
      const Layer l = layer_of(shape);
      const Products expected = defined(l);
      // An update of the matrix alone, w - 1 * dw, shows the weight gradient.
      Bench b(design_of(GetParam()), l, threads, 1.0);
      const auto x = b.engine->operand(b.activations, l.x);
      const auto dy = b.engine->operand(b.errors, l.dy);
      Floats y(l.dy.size()), dx(l.x.size());
      b.engine->forward(b.matrix, shape, *x, &b.bias, y);
      b.engine->input_gradient(b.matrix, shape, *dy, dx);
      b.engine->weight_gradient(b.matrix, shape, *x, *dy);
      for (std::size_t i = 0; i < y.size(); ++i) ASSERT_EQ(double{y[i]}, expected.y[i]) << i;
      for (std::size_t i = 0; i < dx.size(); ++i) ASSERT_EQ(double{dx[i]}, expected.dx[i]) << i;
      b.engine->update();
      StateArchive saved;
      b.engine->exchange(saved);
      const std::string bytes = saved.bytes();
      Floats moved;
      for (std::size_t i = 0; i < l.w.size(); ++i)
        moved.push_back(l.w[i] - static_cast<float>(expected.dw[i]));
      const std::string wanted(reinterpret_cast<const char*>(moved.data()), moved.size() * sizeof(float));
      EXPECT_NE(bytes.find(wanted), std::string::npos) << "weights are not w - dw";
      EXPECT_EQ(b.report.forward_saturations + b.report.weight_gradient_saturations, 0);
      EXPECT_EQ(b.report.activations.clamps + b.report.errors.clamps, 0);
    }
  }
}

TEST_P(NumberFormatEngineTest, BatchedProductsOfExactNumbersAreExact) {
  const Layer l = layer_of(kLinear);
  for (const bool a_transposed : {false, true}) {
    for (const bool b_transposed : {false, true}) {
      Bench b(design_of(GetParam()), l);
      const nn::BatchedProduct p{3, 4, 5, 37, a_transposed, b_transposed};
      const Floats left = exact_numbers(area(p.batch, p.m * p.k), 7);
      const Floats right = exact_numbers(area(p.batch, p.n * p.k), 8);
      Floats out(area(p.batch, p.m * p.n));
      b.engine->batched(p, *b.engine->operand(b.activations, left), *b.engine->operand(b.activations, right),
                        false, out);
      for (int i = 0; i < p.batch; ++i) {
        for (int n = 0; n < p.n; ++n) {
          for (int m = 0; m < p.m; ++m) {
            double sum = 0;
            for (int k = 0; k < p.k; ++k) {
              sum += double{left[area(i, p.m * p.k) + (a_transposed
                                                           ? area(k, p.m) + static_cast<std::size_t>(m)
                                                           : area(m, p.k) + static_cast<std::size_t>(k))]} *
                     double{right[area(i, p.n * p.k) + (b_transposed
                                                            ? area(k, p.n) + static_cast<std::size_t>(n)
                                                            : area(n, p.k) + static_cast<std::size_t>(k))]};
            }
            ASSERT_EQ(double{out[area(i, p.m * p.n) + area(n, p.m) + static_cast<std::size_t>(m)]}, sum);
          }
        }
      }
    }
  }
}

TEST_P(NumberFormatEngineTest, ZerosGiveTheBiasAndNoCounts) {
  Layer l = layer_of(kLinear);
  std::fill(l.x.begin(), l.x.end(), 0.0F);
  std::fill(l.w.begin(), l.w.end(), 0.0F);
  Design d = design_of(GetParam());
  d.datapath.term_bits = 30;  // FP8: a unit below the bias's last place, as no tensor asks for a scale
  d.datapath.accumulator_bits = 32;
  Bench b(d, l);
  Floats y(l.dy.size());
  b.bias.values.assign(b.bias.values.size(), 64.0F * 1024.0F);
  b.engine->forward(b.matrix, l.shape, *b.engine->operand(b.activations, l.x), &b.bias, y);
  EXPECT_THAT(y, testing::Each(64.0F * 1024.0F));
  EXPECT_EQ(b.report.activations.underflows, 0);
  EXPECT_EQ(b.report.activations.clamps, 0);
}

TEST_P(NumberFormatEngineTest, RefusesNanAndInfinity) {
  Layer l = layer_of(kLinear);
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    Bench b(design_of(GetParam()), l);
    l.x[2] = bad;
    try {
      b.engine->operand(b.activations, l.x);
      FAIL() << "accepted";
    } catch (const InputError& e) {
      EXPECT_THAT(e.what(), testing::HasSubstr("element 2 of the activations is"));
      EXPECT_THAT(e.what(), testing::HasSubstr("in step 3"));
    }
  }
}

TEST(NumberFormatEngine, ASumBeyondFloatIsRefusedAsAGradient) {
  Layer l = layer_of(kLinear);
  for (float& v : l.x) v *= 1e37F;
  for (float& v : l.dy) v *= 1e37F;
  Bench b(design_of(FormatKind::kBf16), l);
  b.engine->weight_gradient(b.matrix, l.shape, *b.engine->operand(b.activations, l.x),
                            *b.engine->operand(b.errors, l.dy));
  EXPECT_THROW(b.engine->update(), InputError);
}

/// Three steps on random numbers; returns the engine's state.
std::string steps(Bench& b, const Layer& l, int first, int count) {
  const Philox random(6);
  for (int step = first; step < first + count; ++step) {
    StepReport report;
    b.engine->begin({step, 1.0}, true, report);
    Floats x, dy, y(l.dy.size());
    for (std::uint64_t i = 0; i < l.x.size(); ++i)
      x.push_back(random.symmetric(static_cast<std::uint64_t>(step), i));
    for (std::uint64_t i = 0; i < l.dy.size(); ++i)
      dy.push_back(0.01F * random.symmetric(100 + static_cast<std::uint64_t>(step), i));
    const auto rounded_x = b.engine->operand(b.activations, x);
    b.engine->forward(b.matrix, l.shape, *rounded_x, &b.bias, y);
    b.engine->weight_gradient(b.matrix, l.shape, *rounded_x, *b.engine->operand(b.errors, dy));
    b.bias.gradient.assign(b.bias.values.size(), y[0]);
    b.engine->update();
  }
  StateArchive archive;
  b.engine->exchange(archive);
  return archive.bytes();
}

TEST_P(NumberFormatEngineTest, ContinuesFromItsStateOnAnyNumberOfThreads) {
  const Layer l = layer_of(kStrided);
  for (const MasterRounding rounding :
       {MasterRounding::kNearest, MasterRounding::kStochastic, MasterRounding::kKahan}) {
    Design d = design_of(GetParam());
    d.update.master = MasterFormat::kBf16;
    d.update.master_rounding = rounding;
    Bench whole(d, l);
    const std::string expected = steps(whole, l, 0, 4);
    Bench first(d, l, 2);
    StateArchive restored(steps(first, l, 0, 2), "state");
    Bench second(d, l);
    second.engine->exchange(restored);
    EXPECT_EQ(steps(second, l, 2, 2), expected);
  }
}

// ---- Master weights

TEST(MasterWeights, ActInEveryEngineWithWeightsOnTheHost) {
  const Layer l = layer_of(kStrided);
  for (const FormatKind kind : {FormatKind::kLns, FormatKind::kInt8, FormatKind::kFp32, FormatKind::kMxfp4}) {
    Design d = design_of(kind);
    std::vector<std::string> states;
    for (const MasterFormat format : {MasterFormat::kFp32, MasterFormat::kBf16, MasterFormat::kFp16}) {
      d.update.master = format;
      Bench b(d, l);
      states.push_back(steps(b, l, 0, 3));
    }
    EXPECT_NE(states[0], states[1]) << format_name(kind);
    EXPECT_NE(states[0], states[2]) << format_name(kind);
    EXPECT_NE(states[1], states[2]) << format_name(kind);
  }
}

constexpr int kCount = 4000;

Floats after(const Design& d, float start, float gradient, int count) {
  OptimizerParameters o;
  o.host.learning_rate = 1;
  o.host.momentum = 0;
  MasterWeights w(d, o, 0, Floats(kCount, start));
  const Parallel threads(2);
  for (int step = 0; step < count; ++step) w.update(Floats(kCount, gradient), {step, 1.0}, threads);
  return {w.values().begin(), w.values().end()};
}

Design master(MasterFormat format, MasterRounding rounding) {
  Design d = design_of(FormatKind::kBf16);
  d.update.master = format;
  d.update.master_rounding = rounding;
  return d;
}

TEST(MasterWeights, NarrowOnesStallUnlessTheLossIsKeptOrRandom) {
  // 100 steps of 2^-11, an eighth of bfloat16's spacing below 1, make 0.95117: between its numbers 243.5 /
  // 256.
  constexpr float kStep = 0x1p-11F;
  EXPECT_THAT(after(master(MasterFormat::kFp32, MasterRounding::kNearest), 1, kStep, 100),
              testing::Each(1 - 100 * kStep));
  EXPECT_THAT(after(master(MasterFormat::kBf16, MasterRounding::kNearest), 1, kStep, 100),
              testing::Each(1.0F));
  EXPECT_THAT(after(master(MasterFormat::kBf16, MasterRounding::kKahan), 1, kStep, 96),
              testing::Each(1 - 96 * kStep));
  const Floats random = after(master(MasterFormat::kBf16, MasterRounding::kStochastic), 1, kStep, 100);
  double sum = 0;
  for (const float w : random) sum += double{w};
  // A step's variance is p (1 - p) gap^2, p = 1/8, gap = 2^-8; five deviations of the mean of kCount weights.
  const double deviation = std::sqrt(100 * 0.125 * 0.875) * 0x1p-8 / std::sqrt(kCount);
  EXPECT_NEAR(sum / kCount, 1 - 100 * double{kStep}, 5 * deviation);
  EXPECT_GT(*std::max_element(random.begin(), random.end()), *std::min_element(random.begin(), random.end()));
}

TEST(MasterWeights, StayNumbersOfTheirFormat) {
  for (const auto& [format, float_format] :
       {std::pair{MasterFormat::kBf16, kBf16Float}, std::pair{MasterFormat::kFp16, kFp16Float}}) {
    for (const MasterRounding rounding :
         {MasterRounding::kNearest, MasterRounding::kStochastic, MasterRounding::kKahan}) {
      for (const float w : after(master(format, rounding), 0.1F, 0.01237F, 5)) {
        ASSERT_EQ(float_format.decode(float_format.encode(double{w})), w);
      }
    }
  }
}

TEST(MasterWeights, TheSeedAndTheTensorTellRandomNumbersApart) {
  Design d = master(MasterFormat::kBf16, MasterRounding::kStochastic);
  const Floats one = after(d, 1, 0x1p-11F, 3);
  EXPECT_EQ(after(d, 1, 0x1p-11F, 3), one);
  d.update.seed = 2;
  EXPECT_NE(after(d, 1, 0x1p-11F, 3), one);
}

}  // namespace
}  // namespace napier
