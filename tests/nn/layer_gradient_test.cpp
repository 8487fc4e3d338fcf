// Every layer's gradients, by its input and its parameters, against finite differences.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/base/parallel.hpp"
#include "models/nn/attention.hpp"
#include "models/nn/batch_norm.hpp"
#include "models/nn/convolution_layer.hpp"
#include "models/nn/cross_entropy.hpp"
#include "models/nn/embedding.hpp"
#include "models/nn/gelu.hpp"
#include "models/nn/layer_norm.hpp"
#include "models/nn/pooling.hpp"
#include "models/nn/relu.hpp"
#include "models/nn/residual.hpp"
#include "tests/nn/checked_parts.hpp"
#include "tests/nn/random_numbers.hpp"

namespace napier::nn {
namespace {

using Build = Builder<double>;

template <class Part, class... Arguments>
MakeLayer maker(Arguments... arguments) {
  return [=](const Build& builder) { return std::make_unique<Part>(builder, arguments...); };
}

void expect_right(const MakeLayer& make, const Shape& input, int batch) {
  ReferenceEngine<double> engine;
  const GradientCheck check = check_layer(engine, make, input, batch);
  EXPECT_EQ(check.failure(), "");
  EXPECT_EQ(check.blind_spot(), "");
}

TEST(LayerGradients, Convolution) {
  const Shape image{5, 4, 2};
  const std::vector<Convolution> shapes = {
      {.kernel_height = 3, .kernel_width = 3, .padding = 1},
      {.kernel_height = 3, .kernel_width = 3, .stride = 2, .padding = 1},
      {.kernel_height = 2, .kernel_width = 3, .stride = 1, .padding = 0},
      {.kernel_height = 5, .kernel_width = 1, .stride = 3, .padding = 2},  // kernels that see padding alone
      {.kernel_height = 1, .kernel_width = 1, .stride = 2}};
  for (Convolution shape : shapes) {
    shape.height = image.height;
    shape.width = image.width;
    shape.channels = image.channels;
    shape.outputs = 3;
    for (const bool bias : {true, false}) {
      expect_right(maker<ConvolutionLayer<double>>("c", shape, ProjectionStart{0.5, bias}, false), image, 2);
    }
  }
}

TEST(LayerGradients, FirstConvolutionGivesNoInputGradient) {
  const Convolution shape{.channels = 3, .outputs = 2};
  expect_right(maker<ConvolutionLayer<double>>("c", shape, ProjectionStart{0.5}, true), {1, 1, 3}, 4);
}

TEST(LayerGradients, Linear) {
  const Convolution shape{.channels = 5, .outputs = 3};
  expect_right(maker<ConvolutionLayer<double>>("c", shape, ProjectionStart{0.5}, false), {1, 1, 5}, 4);
}

TEST(LayerGradients, Activations) {
  const Shape shape{3, 2, 4};
  expect_right(maker<Relu<double>>(shape), shape, 3);
  expect_right(maker<Gelu<double>>(shape), shape, 3);
}

TEST(LayerGradients, Pooling) {
  const Shape image{5, 7, 2};
  for (const Window window : {Window{2, 2}, Window{1, 3}, Window{5, 7}}) {
    expect_right(maker<MaxPooling<double>>("p", image, window), image, 2);
    expect_right(maker<AveragePooling<double>>("p", image, window), image, 2);
  }
}

TEST(LayerGradients, Normalisation) {
  const Shape shape{2, 3, 4};
  const NormalisationParameters parameters;
  expect_right(maker<BatchNorm<double>>("n", shape, parameters), shape, 3);
  expect_right(maker<LayerNorm<double>>("n", shape, parameters), shape, 3);
}

MakeLayer residual(bool projected) {
  return [=](const Build& builder) {
    const Shape image{4, 3, 2};
    const int outputs = projected ? 3 : 2;
    const auto convolution = [&](Sequence<double>& body, int size, int stride) {
      const Shape input = body.output();
      const Convolution shape{.height = input.height,
                              .width = input.width,
                              .channels = input.channels,
                              .kernel_height = size,
                              .kernel_width = size,
                              .stride = stride,
                              .padding = size / 2,
                              .outputs = outputs};
      body.add<ConvolutionLayer<double>>(builder, "c", shape, ProjectionStart{0.5, false}, false);
      body.add<BatchNorm<double>>(builder, "n", body.output(), NormalisationParameters{});
    };
    Sequence<double> branch(image), shortcut(image);
    convolution(branch, 3, projected ? 2 : 1);
    branch.add<Relu<double>>(builder, branch.output());
    convolution(branch, 3, 1);
    if (projected) convolution(shortcut, 1, 2);
    return std::make_unique<Residual<double>>(builder, "r", std::move(branch), std::move(shortcut));
  };
}

TEST(LayerGradients, Residual) {
  for (const bool projected : {false, true}) expect_right(residual(projected), {4, 3, 2}, 3);
}

TEST(LayerGradients, Attention) {
  const Shape sequence{1, 5, 6};
  for (const int heads : {1, 2, 6}) {
    expect_right(maker<Attention<double>>("a", sequence, AttentionParameters{heads, 0.7}), sequence, 2);
  }
  const Shape one_place{1, 1, 4};  // each place sees itself alone, whatever the scores
  expect_right(maker<Attention<double>>("a", one_place, AttentionParameters{2, 0.7}), one_place, 3);
}

TEST(LayerGradients, Embedding) {
  ReferenceEngine<double> engine;
  const Parallel threads(1);
  Initial initial(3);
  Embedding<double> embedding({engine, threads, initial}, "e", {.symbols = 4, .sequence = 3, .width = 20});
  const auto inputs = random_bytes(4 * 3, 5, 4);
  const auto factors = random_numbers(inputs.size() * 20, 6);
  const auto evaluate = [&] {
    const Tensor<double> y = embedding.forward(inputs, Mode::kTrain);
    LossValue loss;
    for (std::size_t i = 0; i < y.size(); ++i) {
      loss.value += factors[i] * y[i];
      loss.magnitude += std::abs(factors[i] * y[i]);
    }
    return loss;
  };
  evaluate();
  embedding.backward(factors);
  const GradientCheck check(evaluate, parameters(engine));
  EXPECT_EQ(check.failure(), "");
  EXPECT_EQ(check.blind_spot(), "");
}

TEST(LayerGradients, CrossEntropy) {
  constexpr int kClasses = 5;
  std::vector<double> logits = random_numbers(3 * kClasses, 1, 4.0);
  const std::vector<std::uint8_t> labels = {0, 4, 2};
  const auto evaluate = [&](std::span<double> gradient) {
    const double loss = softmax_cross_entropy(logits, labels, kClasses, gradient).mean;
    return LossValue{loss, loss + 8};
  };
  std::vector<double> gradient(logits.size());
  evaluate(gradient);
  const GradientCheck check([&] { return evaluate({}); }, {{"logits", logits, gradient}});
  EXPECT_EQ(check.failure(), "");
  EXPECT_EQ(check.blind_spot(), "");
}

/// Batch normalisation that forgets that the mean depends on x, as a test pass does.
class ForgetfulNorm : public BatchNorm<double> {
 public:
  using BatchNorm::BatchNorm;
  Tensor<double> backward(Tensor<double> dy) override {
    const std::size_t width = static_cast<std::size_t>(output().channels);
    std::vector<double> mean(width);
    for (std::size_t i = 0; i < dy.size(); ++i) {
      mean[i % width] += dy[i] / static_cast<double>(dy.size() / width);
    }
    Tensor<double> dx = BatchNorm::backward(std::move(dy));
    for (std::size_t i = 0; i < dx.size(); ++i) dx[i] += 1e-3 * mean[i % width];
    return dx;
  }
};

TEST(LayerGradients, AnAlteredLayerIsFound) {
  const Shape shape{2, 3, 4};
  ReferenceEngine<double> engine;
  const auto make = maker<ForgetfulNorm>("n", shape, NormalisationParameters{});
  EXPECT_THAT(check_layer(engine, make, shape, 3).failure(), testing::HasSubstr("off by"));
}

TEST(LayerGradients, AKinkIsNoPass) {
  // At 0, ReLU has no derivative: its difference depends on the step, and the check says so.
  double x = 0x1p-18;
  const auto loss = [&] { return LossValue{x > 0 ? x : 0, std::abs(x)}; };
  EXPECT_THAT(GradientCheck(loss, {{"x", {&x, 1}, {1.0}}}).failure(), testing::HasSubstr("tolerance"));
}

}  // namespace
}  // namespace napier::nn
