// The trainer's engine for words: each product bit for bit what the datapath's units compute on plainly
// written-out convolutions.
#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "models/base/error.hpp"
#include "models/base/random.hpp"
#include "models/format/quantizer.hpp"
#include "models/trace/reference.hpp"
#include "models/train/scales.hpp"
#include "models/train/state_archive.hpp"
#include "models/train/tensor_quantizer.hpp"
#include "models/train/training_engine.hpp"
#include "models/train/weights.hpp"
#include "tests/models/small_designs.hpp"

namespace napier {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Floats = std::vector<float>;
using Words = std::vector<Word>;

Floats random_floats(std::size_t count, std::uint64_t stream) {
  const Philox random(5);
  Floats values;
  for (std::size_t i = 0; i < count; ++i) {
    const float x = random.symmetric(stream, i);
    values.push_back(i % 7 == 0 ? 0.0F : x * std::ldexp(1.0F, -static_cast<int>(i % 5)));
  }
  return values;
}

std::size_t input_size(const Convolution& s) {
  return static_cast<std::size_t>(s.input_pixels() * s.channels);
}
std::size_t output_size(const Convolution& s) {
  return static_cast<std::size_t>(s.output_pixels() * s.outputs);
}

/// Accumulators narrow enough to overflow: the order of the sums then shows.
std::vector<Design> designs() {
  std::vector<Design> all = {test::small_lns(), test::small_odd(), test::small_int8()};
  all[0].datapath.accumulator_bits = 17;
  all[1].datapath.accumulator_bits = 12;
  all[2].datapath.accumulator_bits = 17;
  for (Design& d : all) d.format.scale_rule = ScaleRule::kCurrent;
  return all;
}

const std::vector<Convolution> kShapes = {
    {.batch = 2,
     .height = 5,
     .width = 4,
     .channels = 3,
     .kernel_height = 3,
     .kernel_width = 3,
     .padding = 1,
     .outputs = 5},
    {.batch = 2,
     .height = 6,
     .width = 5,
     .channels = 2,
     .kernel_height = 3,
     .kernel_width = 3,
     .stride = 2,
     .padding = 1,
     .outputs = 3},
    {.batch = 3,
     .height = 4,
     .width = 4,
     .channels = 4,
     .kernel_height = 1,
     .kernel_width = 1,
     .stride = 2,
     .outputs = 6},
    {.batch = 9, .channels = 17, .outputs = 4},
};

/// Words as the engine must make them from a tensor of the host under the current rule.
struct Rounded {
  Words words;
  int k;
  Rounded(const Design& design, const Floats& x) : words(x.size()) {
    const Quantizer quantizer(design);
    k = quantizer.scale_exponent(largest_magnitude(x, {"x", 0}));
    quantizer.quantize(x, k, words, {"x", 0});
  }
};

/// One image of words with a frame of zeros, read by signed places.
struct Framed {
  const Words& words;
  int batch, height, width, channels;
  Word at(int sample, int row, int column, int channel) const {
    if (row < 0 || row >= height || column < 0 || column >= width) return 0;
    return words[static_cast<std::size_t>(((sample * height + row) * width + column) * channels + channel)];
  }
};

struct Expected {
  Floats values;
  std::int64_t overflows;
};

Expected computed(const Design& design, GemmRecord record, int k_a, int k_b) {
  record.raw = true;
  compute_expected(design, record);
  Expected result{{}, record.saturations};
  const double unit = accumulator_unit(design, k_a, k_b);
  for (const std::int32_t a : record.acc) result.values.push_back(static_cast<float>(a * unit));
  return result;
}

GemmRecord sized(int m, int n, int k) {
  GemmRecord record;
  record.m = m;
  record.n = n;
  record.k = k;
  return record;
}

/// A layer of one convolution.
struct Layer {
  Layer(const Design& d, const Convolution& s) : design(d), shape(s) {}
  Design design;
  Convolution shape;
  Floats x = random_floats(input_size(shape), 1), dy = random_floats(output_size(shape), 2);
  Floats initial = random_floats(static_cast<std::size_t>(shape.outputs * shape.patch()), 3);
  Floats bias = random_floats(static_cast<std::size_t>(shape.outputs), 4);
};

/// The same with its tensors in words.
struct WordLayer : Layer {
  using Layer::Layer;
  Parallel threads{1};
  std::unique_ptr<Weights> weights = make_weights(design, {}, initial, shape.outputs, 0, threads);
  Rounded x_words{design, x}, dy_words{design, dy};
  Words w{weights->operands().begin(), weights->operands().end()};

  /// What lies under the kernel at each output pixel, with zeros beside the image.
  Words patches() const {
    Words rows;
    const Framed image{x_words.words, shape.batch, shape.height, shape.width, shape.channels};
    for (int n = 0; n < shape.batch; ++n) {
      for (int i = 0; i < shape.output_height(); ++i) {
        for (int j = 0; j < shape.output_width(); ++j) {
          for (int p = 0; p < shape.patch(); ++p) {
            const int row = i * shape.stride + p / (shape.channels * shape.kernel_width) - shape.padding;
            const int column = j * shape.stride + p / shape.channels % shape.kernel_width - shape.padding;
            rows.push_back(image.at(n, row, column, p % shape.channels));
          }
        }
      }
    }
    return rows;
  }

  Expected forward() const {
    GemmRecord r = sized(shape.outputs, shape.output_pixels(), shape.patch());
    r.a = w;
    r.b = patches();
    r.bias = bias_addends(design, bias, row_units(design, *weights, x_words.k));
    return computed(design, r, weights->scale(), x_words.k);
  }

  /// dy spread out by the stride, then convolved with the turned kernel.
  Expected input_gradient() const {
    GemmRecord r =
        sized(shape.channels, shape.input_pixels(), shape.kernel_height * shape.kernel_width * shape.outputs);
    const Framed error{dy_words.words, shape.batch, shape.output_height(), shape.output_width(),
                       shape.outputs};
    const auto word_of = [&](int channel, int row, int column, int output) {
      return w[static_cast<std::size_t>(
          ((output * shape.kernel_height + row) * shape.kernel_width + column) * shape.channels + channel)];
    };
    for (int channel = 0; channel < shape.channels; ++channel) {
      for (int i = shape.kernel_height - 1; i >= 0; --i) {
        for (int j = shape.kernel_width - 1; j >= 0; --j) {
          for (int o = 0; o < shape.outputs; ++o) r.a.push_back(word_of(channel, i, j, o));
        }
      }
    }
    for (int n = 0; n < shape.batch; ++n) {
      for (int i = 0; i < shape.height; ++i) {
        for (int j = 0; j < shape.width; ++j) {
          for (int p = 0; p < shape.kernel_height * shape.kernel_width; ++p) {
            const int row = i + p / shape.kernel_width - (shape.kernel_height - 1 - shape.padding);
            const int column = j + p % shape.kernel_width - (shape.kernel_width - 1 - shape.padding);
            const bool between = row % shape.stride != 0 || column % shape.stride != 0;
            for (int o = 0; o < shape.outputs; ++o) {
              r.b.push_back(between ? Word{0} : error.at(n, row / shape.stride, column / shape.stride, o));
            }
          }
        }
      }
    }
    return computed(design, r, weights->scale(), dy_words.k);
  }
};

struct Pass {
  Floats y, dx;
  StepReport report;
  std::string state;  ///< after the update
};

Pass run(const Layer& layer, int threads) {
  const Parallel parallel(threads);
  const auto engine = make_engine(layer.design, {}, parallel);
  nn::Site& x_site = engine->site("x", nn::Role::kActivation);
  nn::Site& dy_site = engine->site("dy", nn::Role::kError);
  nn::Matrix& w = engine->matrix("w", layer.shape.outputs, layer.shape.patch(), layer.initial);
  nn::HostTensor<float>& bias = engine->host_tensor("b", layer.bias);
  Pass pass{Floats(layer.dy.size()), Floats(layer.x.size()), {}, {}};
  engine->begin({}, true, pass.report);
  const auto x = engine->operand(x_site, layer.x);
  const auto dy = engine->operand(dy_site, layer.dy);
  engine->forward(w, layer.shape, *x, &bias, pass.y);
  engine->input_gradient(w, layer.shape, *dy, pass.dx);
  engine->weight_gradient(w, layer.shape, *x, *dy);
  engine->update();
  StateArchive archive;
  engine->exchange(archive);
  pass.state = archive.bytes();
  return pass;
}

TEST(DesignEngine, ProductsAreTheDatapaths) {
  std::int64_t overflows = 0;
  for (const Design& design : designs()) {
    for (const Convolution& shape : kShapes) {
      const WordLayer layer(design, shape);
      const Pass pass = run(layer, 1);
      const Expected forward = layer.forward();
      EXPECT_EQ(pass.y, forward.values) << design.name;
      EXPECT_EQ(pass.report.forward_saturations, forward.overflows) << design.name;
      const Expected backward = layer.input_gradient();
      EXPECT_EQ(pass.dx, backward.values) << design.name;
      EXPECT_EQ(pass.report.input_gradient_saturations, backward.overflows) << design.name;
      EXPECT_EQ(pass.report.macs, std::int64_t{3} * shape.output_pixels() * shape.patch() * shape.outputs);
      overflows += forward.overflows + backward.overflows;
    }
  }
  EXPECT_GT(overflows, 0);  // else the order of the sums was not tested
}

Words transposed(const Words& words, int columns) {
  Words result;
  for (int c = 0; c < columns; ++c) {
    for (auto i = static_cast<std::size_t>(c); i < words.size(); i += static_cast<std::size_t>(columns)) {
      result.push_back(words[i]);
    }
  }
  return result;
}

/// The state of weights that moved by the units' words of the gradient; `flipped` is done to the first word.
std::string moved(const WordLayer& layer, Word flipped) {
  const Design& design = layer.design;
  GemmRecord r = sized(layer.shape.patch(), layer.shape.outputs, layer.shape.output_pixels());
  r.a = transposed(layer.patches(), layer.shape.patch());
  r.b = transposed(layer.dy_words.words, layer.shape.outputs);
  compute_expected(design, r);  // accumulators for the scale, then words at that scale
  std::uint32_t largest = 0;
  for (const std::int32_t a : r.acc) largest = std::max(largest, static_cast<std::uint32_t>(std::abs(a)));
  const int k = *scale_of_accumulator(design, largest, layer.x_words.k, layer.dy_words.k);
  r.post = {bias_k(design, layer.x_words.k, layer.dy_words.k, k), false};
  compute_expected(design, r);
  r.out[0] ^= flipped;
  const auto weights = make_weights(design, {}, layer.initial, layer.shape.outputs, 0, layer.threads);
  weights->update(r.out, k, {}, nullptr);
  StateArchive state;
  weights->exchange(state);
  return state.bytes();
}

TEST(DesignEngine, WeightsMoveByTheDatapathsWords) {
  for (const Design& design : designs()) {
    for (const Convolution& shape : kShapes) {
      const WordLayer layer(design, shape);
      EXPECT_TRUE(run(layer, 1).state.starts_with(moved(layer, 0))) << design.name;
      EXPECT_NE(moved(layer, 0), moved(layer, 1)) << design.name;
    }
  }
}

TEST(DesignEngine, ThreadsDoNotChangeABit) {
  for (const Design& design : designs()) {
    for (const Convolution& shape : kShapes) {
      const WordLayer layer(design, shape);
      const Pass one = run(layer, 1);
      const Pass three = run(layer, 3);
      EXPECT_EQ(one.y, three.y);
      EXPECT_EQ(one.dx, three.dx);
      EXPECT_EQ(one.state, three.state);
    }
  }
}

TEST(DesignEngine, BatchedProductsAreTheDatapaths) {
  for (const Design& design : designs()) {
    for (const bool a_transposed : {false, true}) {
      for (const bool b_transposed : {false, true}) {
        const nn::BatchedProduct p{3, 4, 5, 6, a_transposed, b_transposed};
        const Floats a = random_floats(3 * 4 * 6, 6), b = random_floats(3 * 5 * 6, 7);
        const Rounded a_words(design, a), b_words(design, b);
        const Parallel threads(2);
        const auto engine = make_engine(design, {}, threads);
        StepReport report;
        engine->begin({}, true, report);
        const auto left = engine->operand(engine->site("a", nn::Role::kActivation), a);
        const auto right = engine->operand(engine->site("b", nn::Role::kActivation), b);
        Floats out(3 * 4 * 5);
        engine->batched(p, *left, *right, false, out);
        for (int i = 0; i < p.batch; ++i) {
          GemmRecord r = sized(p.m, p.n, p.k);
          for (int m = 0; m < p.m; ++m) {
            for (int k = 0; k < p.k; ++k) {
              r.a.push_back(a_words.words[static_cast<std::size_t>(
                  i * p.m * p.k + (a_transposed ? k * p.m + m : m * p.k + k))]);
            }
          }
          for (int n = 0; n < p.n; ++n) {
            for (int k = 0; k < p.k; ++k) {
              r.b.push_back(b_words.words[static_cast<std::size_t>(
                  i * p.n * p.k + (b_transposed ? k * p.n + n : n * p.k + k))]);
            }
          }
          const Expected expected = computed(design, r, a_words.k, b_words.k);
          const auto start = out.begin() + i * p.m * p.n;
          EXPECT_EQ(Floats(start, start + p.m * p.n), expected.values);
        }
      }
    }
  }
}

std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& e) {
    return e.what();
  }
  return "accepted";
}

Design small_fp32() {
  Design design = test::small_int8();
  design.name = "small_fp32";
  design.format.kind = FormatKind::kFp32;
  return design;
}

std::vector<Design> all_engines() {
  std::vector<Design> all = designs();
  all.push_back(small_fp32());
  return all;
}

TEST(TrainingEngine, NanNamesSiteAndStep) {
  for (const Design& design : all_engines()) {
    const Parallel threads(1);
    const auto engine = make_engine(design, {}, threads);
    StepReport report;
    engine->begin({.step = 41}, true, report);
    nn::Site& site = engine->site("conv2 error", nn::Role::kError);
    Floats x(40000, 1.0F);
    x[39000] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_THAT(refusal([&] { engine->operand(site, x); }),
                AllOf(HasSubstr("element 39000 of the conv2 error is NaN"), HasSubstr("step 41")))
        << design.name;
  }
}

TEST(TrainingEngine, NanGradientNamesTensorAndStep) {
  for (const Design& design : all_engines()) {
    const Parallel threads(1);
    const auto engine = make_engine(design, {}, threads);
    StepReport report;
    nn::HostTensor<float>& tensor = engine->host_tensor("norm1.scale", Floats(3, 1.0F));
    engine->begin({.step = 7}, true, report);
    tensor.gradient = {0.0F, -std::numeric_limits<float>::infinity(), 0.0F};
    EXPECT_THAT(refusal([&] { engine->update(); }),
                AllOf(HasSubstr("gradient of norm1.scale is infinite"), HasSubstr("step 7")));
    EXPECT_EQ(tensor.values, Floats(3, 1.0F));
  }
}

TEST(TrainingEngine, AllZeroTensorsGiveTheBiasAndMoveNoWeight) {
  for (const Design& design : all_engines()) {
    Layer layer(design, kShapes[0]);
    std::fill(layer.x.begin(), layer.x.end(), 0.0F);
    std::fill(layer.dy.begin(), layer.dy.end(), 0.0F);
    std::fill(layer.bias.begin(), layer.bias.end(), 0.0F);
    const Pass pass = run(layer, 1);
    EXPECT_EQ(pass.y, Floats(pass.y.size(), 0.0F));
    EXPECT_EQ(pass.dx, Floats(pass.dx.size(), 0.0F));
    const Pass again = run(layer, 2);
    EXPECT_EQ(pass.state, again.state);
  }
}

TEST(DesignEngine, PaddingWithoutAZeroIsRefused) {
  const Layer layer(test::small_without_zero(), kShapes[0]);
  EXPECT_THAT(refusal([&] { run(layer, 1); }), AllOf(HasSubstr("format.zero none"), HasSubstr("reserved")));
}

TEST(DesignEngine, DelayedScalesLookBack) {
  Design design = test::small_lns();
  design.format.scale_rule = ScaleRule::kDelayed;
  const Parallel threads(1);
  const auto engine = make_engine(design, {}, threads);
  nn::Site& site = engine->site("x", nn::Role::kActivation);
  StepReport report;
  engine->begin({}, true, report);
  engine->operand(site, Floats{1.0F});
  EXPECT_EQ(report.activations.clamps, 0);
  engine->operand(site, Floats{3.0F});  // above 1 and the margin's octave
  EXPECT_EQ(report.activations.clamps, 1);
  engine->begin({}, false, report);
  engine->operand(site, Floats{100.0F});  // a test pass: clamped, not remembered
  EXPECT_EQ(report.activations.clamps, 2);
  engine->begin({}, true, report);
  engine->operand(site, Floats{7.0F});  // above 3 and the margin's octave
  EXPECT_EQ(report.activations.clamps, 3);
}

TEST(TensorQuantizer, EqualsTheQuantizer) {
  std::vector<Design> all = designs();
  all.push_back(test::small_without_zero());
  const Parallel threads(2);
  for (const Design& design : all) {
    const Quantizer plain(design);
    const TensorQuantizer fast(design, threads);
    Floats x;
    const Philox random(9);
    for (std::uint64_t i = 0; i < 50000; ++i) {
      const int octave = static_cast<int>(random.below(40, 1, i)) - 30;
      x.push_back(i % 11 == 0 ? -0.0F : std::ldexp(random.symmetric(2, i), octave));
    }
    for (const float subnormal : {0.0F, 0x1p-140F}) {
      x[20000] = subnormal;
      for (const int k : {-3, 0, 20}) {
        Words expected(x.size()), words(x.size());
        const QuantizeCounts a = plain.quantize(x, k, expected, {"x", 0});
        const QuantizeCounts b = fast(x, k, 0, words, {"x", 0});
        EXPECT_EQ(words, expected) << design.name;
        EXPECT_EQ(b.saturated, a.saturated);
        EXPECT_EQ(b.underflowed, a.underflowed);
      }
    }
    EXPECT_EQ(largest_magnitude(x, {"x", 0}, threads), largest_magnitude(x, {"x", 0}));
  }
}

/// FP32 products against double: a sum of k products, each rounded and added in any order, is off by at most
/// (k + 1) 2^-24 / (1 - (k + 1) 2^-24) of the sum of magnitudes (Higham, Accuracy and Stability,
/// section 3.1).
TEST(FloatEngine, ProductsAreWithinTheRoundingOfTheirSums) {
  for (const Convolution& shape : kShapes) {
    const Layer layer(small_fp32(), shape);
    const Pass pass = run(layer, 2);
    std::vector<double> y(layer.dy.size()), y_size(y.size()), dx(layer.x.size()), dx_size(dx.size());
    for (std::size_t i = 0; i < y.size(); ++i) {
      const double b = layer.bias[i % layer.bias.size()];
      y[i] = b;
      y_size[i] = std::abs(b);
    }
    for (int pixel = 0; pixel < shape.output_pixels(); ++pixel) {
      const int sample = pixel / (shape.output_height() * shape.output_width());
      const int i = pixel / shape.output_width() % shape.output_height();
      const int j = pixel % shape.output_width();
      for (int p = 0; p < shape.patch(); ++p) {
        const int row = i * shape.stride + p / (shape.channels * shape.kernel_width) - shape.padding;
        const int column = j * shape.stride + p / shape.channels % shape.kernel_width - shape.padding;
        if (row < 0 || row >= shape.height || column < 0 || column >= shape.width) continue;
        const auto from = static_cast<std::size_t>(
            ((sample * shape.height + row) * shape.width + column) * shape.channels + p % shape.channels);
        for (int o = 0; o < shape.outputs; ++o) {
          const auto to = static_cast<std::size_t>(pixel * shape.outputs + o);
          const double w = layer.initial[static_cast<std::size_t>(o * shape.patch() + p)];
          y[to] += w * layer.x[from];
          y_size[to] += std::abs(w * layer.x[from]);
          dx[from] += w * layer.dy[to];
          dx_size[from] += std::abs(w * layer.dy[to]);
        }
      }
    }
    const double terms =
        0x1p-24 * (1 + std::max(shape.patch(), shape.kernel_height * shape.kernel_width * shape.outputs));
    const double bound = terms / (1 - terms);
    for (std::size_t i = 0; i < y.size(); ++i) ASSERT_LE(std::abs(pass.y[i] - y[i]), bound * y_size[i]);
    for (std::size_t i = 0; i < dx.size(); ++i) ASSERT_LE(std::abs(pass.dx[i] - dx[i]), bound * dx_size[i]);
  }
}

TEST(FloatEngine, ThreadsDoNotChangeABit) {
  const Layer layer(small_fp32(), {.batch = 30,
                                   .height = 6,
                                   .width = 6,
                                   .channels = 3,
                                   .kernel_height = 3,
                                   .kernel_width = 3,
                                   .padding = 1,
                                   .outputs = 4});
  const Pass one = run(layer, 1);
  const Pass three = run(layer, 3);
  EXPECT_EQ(one.y, three.y);
  EXPECT_EQ(one.dx, three.dx);
  EXPECT_EQ(one.state, three.state);
}

}  // namespace
}  // namespace napier
