// What layers compute, and what they do with degenerate and bad input.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "models/base/parallel.hpp"
#include "models/nn/attention.hpp"
#include "models/nn/batch_norm.hpp"
#include "models/nn/causal_softmax.hpp"
#include "models/nn/convolution_layer.hpp"
#include "models/nn/layer_norm.hpp"
#include "models/nn/pooling.hpp"
#include "models/nn/relu.hpp"
#include "models/nn/residual.hpp"
#include "models/train/state_archive.hpp"
#include "tests/nn/random_numbers.hpp"
#include "tests/nn/reference_engine.hpp"

namespace napier::nn {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

/// Everything a layer is built on.
template <class Real>
struct Ground {
  ReferenceEngine<Real> engine;
  Parallel threads{1};
  Initial initial{5};
  Builder<Real> builder{engine, threads, initial};
};

template <class Error, class Body>
std::string message(const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Layers, ConvolutionPadsWithZeros) {
  Ground<float> ground;
  const Convolution shape{
      .height = 1, .width = 3, .kernel_height = 3, .kernel_width = 3, .padding = 1, .outputs = 1};
  ConvolutionLayer<float> layer(ground.builder, "c", shape, {.limit = 1}, false);
  ground.engine.matrices[0].values = {1, 1, 1, 2, 3, 5, 1, 1, 1};
  ground.engine.host_tensors[0].values = {0.5F};
  EXPECT_THAT(layer.forward({10, 20, 30}, Mode::kTest), ElementsAre(130.5F, 230.5F, 130.5F));
}

TEST(Layers, InitialWeightsFollowTheSeed) {
  Ground<float> ground;
  const Convolution shape{.channels = 40, .outputs = 30};
  const ConvolutionLayer<float> layer(ground.builder, "c", shape, {.limit = he_limit(40)}, false);
  const Philox random(5);
  const auto limit = static_cast<float>(std::sqrt(6.0 / 40));
  for (std::uint64_t i = 0; i < 1200; ++i) {
    ASSERT_EQ(ground.engine.matrices[0].values[i], limit * random.symmetric(0, i));
  }
  EXPECT_THAT(ground.engine.host_tensors[0].values, Each(0.0F));
}

TEST(Layers, MaxPoolingTakesTheFirstOfEquals) {
  Ground<float> ground;
  MaxPooling<float> layer(ground.builder, "p", {2, 4, 1}, {2, 2});
  EXPECT_THAT(layer.forward({1, 7, -3, -2, 7, 0, -2, -5}, Mode::kTrain), ElementsAre(7, -2));
  EXPECT_THAT(layer.backward({10, 20}), ElementsAre(0, 10, 0, 20, 0, 0, 0, 0));
}

TEST(Layers, AveragePoolingLeavesOutWhatFillsNoWindow) {
  Ground<float> ground;
  AveragePooling<float> layer(ground.builder, "p", {1, 5, 1}, {1, 2});
  EXPECT_THAT(layer.forward({1, 2, 5, 7, 100}, Mode::kTrain), ElementsAre(1.5F, 6.0F));
  EXPECT_THAT(layer.backward({1, 3}), ElementsAre(0.5F, 0.5F, 1.5F, 1.5F, 0.0F));
}

TEST(Layers, NotANumberIsNotHidden) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  Ground<float> ground;
  Relu<float> relu(ground.builder, {1, 1, 2});
  EXPECT_TRUE(std::isnan(relu.forward({kNan, -1}, Mode::kTest)[0]));
  MaxPooling<float> pooling(ground.builder, "p", {1, 3, 1}, {1, 3});
  for (const std::vector<float>& x :
       {std::vector{kNan, 1.0F, 2.0F}, {1.0F, kNan, 2.0F}, {1.0F, 2.0F, kNan}}) {
    EXPECT_TRUE(std::isnan(pooling.forward(x, Mode::kTest)[0]));
  }
}

TEST(Layers, BatchNormRemembersStatistics) {
  Ground<double> ground;
  BatchNorm<double> layer(ground.builder, "n", {1, 2, 1}, {.epsilon = 1e-3, .momentum = 0.25});
  ground.engine.host_tensors[0].values = {3};   // gain
  ground.engine.host_tensors[1].values = {10};  // bias
  // Four pixels: mean 4, variance 5 biased and 20/3 unbiased.
  const std::vector<double> x = {1, 3, 5, 7};
  const Tensor<double> y = layer.forward(x, Mode::kTrain);
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_DOUBLE_EQ(y[i], 10 + 3 * (x[i] - 4) / std::sqrt(5.001));
  // Running: mean 0 + 1/4 (4 - 0), variance 1 + 1/4 (20/3 - 1). A test changes neither.
  const double deviation = std::sqrt(1 + (20.0 / 3 - 1) / 4 + 1e-3);
  for (int i = 0; i < 2; ++i) {
    EXPECT_DOUBLE_EQ(layer.forward({9, 9}, Mode::kTest)[1], 10 + 3 * (9 - 1) / deviation);
  }
}

TEST(Layers, BatchNormStatisticsAreState) {
  Ground<float> ground;
  BatchNorm<float> layer(ground.builder, "n", {1, 1, 3}, {});
  layer.forward(random_numbers<float>(12, 1), Mode::kTrain);
  StateArchive saved;
  layer.exchange(saved);
  const std::vector<float> x = random_numbers<float>(6, 2);
  const Tensor<float> expected = layer.forward(x, Mode::kTest);
  BatchNorm<float> other(ground.builder, "n", {1, 1, 3}, {});
  EXPECT_NE(other.forward(x, Mode::kTest), expected);
  StateArchive restored(saved.bytes(), "checkpoint");
  other.exchange(restored);
  restored.finish();
  EXPECT_EQ(other.forward(x, Mode::kTest), expected);
  BatchNorm<float> wider(ground.builder, "n", {1, 1, 4}, {});
  StateArchive wrong(saved.bytes(), "checkpoint");
  EXPECT_THAT(message<InputError>([&] { wider.exchange(wrong); }), HasSubstr("n.running_mean"));
}

TEST(Layers, AChannelThatDoesNotVaryGivesTheBias) {
  Ground<float> ground;
  BatchNorm<float> layer(ground.builder, "n", {1, 3, 2}, {});
  ground.engine.host_tensors[1].values = {0.25F, -4};
  const Tensor<float> y = layer.forward({0.1F, 1, 0.1F, 2, 0.1F, 3}, Mode::kTrain);
  for (const std::size_t i : {0U, 2U, 4U}) EXPECT_EQ(y[i], 0.25F);
  const Tensor<float> dx = layer.backward({1, 1, 2, 1, 6, 1});
  // gain / sqrt(epsilon) (dy - mean of dy)
  for (int i = 0; i < 3; ++i) {
    const double expected = (std::array{1.0, 2.0, 6.0}[static_cast<std::size_t>(i)] - 3) / std::sqrt(1e-5);
    EXPECT_FLOAT_EQ(dx[static_cast<std::size_t>(2 * i)], static_cast<float>(expected));
  }
}

TEST(Layers, ABatchOfOnePixelGivesTheBias) {
  Ground<float> ground;
  BatchNorm<float> layer(ground.builder, "n", {1, 1, 2}, {});
  EXPECT_THAT(layer.forward({5, -7}, Mode::kTrain), Each(0.0F));
  EXPECT_THAT(layer.backward({3, 4}), Each(0.0F));
  // The running variance moves from 1 to 0.9, its part of the batch being 0; the mean to a tenth of the
  // batch's.
  EXPECT_FLOAT_EQ(layer.forward({1.5F, 0}, Mode::kTest)[0], static_cast<float>(1 / std::sqrt(0.9 + 1e-5)));
}

TEST(Layers, LayerNormOfOneOrEqualChannelsGivesTheBias) {
  Ground<float> ground;
  LayerNorm<float> one(ground.builder, "n", {1, 2, 1}, {});
  EXPECT_THAT(one.forward({5, -7}, Mode::kTrain), Each(0.0F));
  EXPECT_THAT(one.backward({3, 4}), Each(0.0F));
  LayerNorm<float> equal(ground.builder, "n", {1, 1, 3}, {});
  EXPECT_THAT(equal.forward({0.1F, 0.1F, 0.1F}, Mode::kTrain), Each(0.0F));
}

TEST(Layers, CausalSoftmaxSeesNoLaterKey) {
  const Parallel threads(1);
  Tensor<double> scores = {1, 9, 9, 0, std::log(9.0), 9, 0, 0, 0};
  causal_softmax(scores, 3, 0.5, "a", threads);
  const std::vector<double> expected = {1, 0, 0, 0.25, 0.75, 0, 1 / 3.0, 1 / 3.0, 1 / 3.0};
  for (std::size_t i = 0; i < 9; ++i) EXPECT_DOUBLE_EQ(scores[i], expected[i]) << i;
}

TEST(Layers, InfiniteScoresAreRefused) {
  const Parallel threads(1);
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const float bad : {kInfinity, -kInfinity, std::numeric_limits<float>::quiet_NaN()}) {
    Tensor<float> scores = {0, 0, 1, bad};
    EXPECT_THAT(message<InputError>([&] { causal_softmax(scores, 2, 1.0F, "block1", threads); }),
                HasSubstr("block1: an attention score is not finite"));
  }
}

TEST(Layers, TensorsThatDoNotFitAreRefused) {
  Ground<float> ground;
  const Convolution shape{.channels = 3, .outputs = 2};
  ConvolutionLayer<float> layer(ground.builder, "c", shape, {.limit = 1}, false);
  EXPECT_THROW(layer.forward({}, Mode::kTrain), InternalError);
  EXPECT_THROW(layer.forward({1, 2, 3, 4}, Mode::kTrain), InternalError);
}

TEST(Layers, ShapesThatDoNotFitAreRefused) {
  Ground<float> ground;
  const auto pooling = [&] { MaxPooling<float>(ground.builder, "pool4", {1, 3, 8}, {2, 2}); };
  EXPECT_THAT(message<InputError>(pooling),
              HasSubstr("pool4: a window of 2 x 2 pixels does not fit into 1 x 3"));
  const auto attention = [&] { Attention<float>(ground.builder, "a", {1, 4, 6}, {.heads = 4}); };
  EXPECT_THAT(message<InputError>(attention), HasSubstr("4 heads do not divide a width of 6"));
  const auto residual = [&] {
    Residual<float>(ground.builder, "r", Sequence<float>({1, 1, 2}), Sequence<float>({1, 1, 3}));
  };
  EXPECT_THAT(message<InputError>(residual), HasSubstr("r: branch and shortcut"));
  const auto norm = [&] { BatchNorm<float>(ground.builder, "n", {1, 1, 2}, {.epsilon = 0}); };
  EXPECT_THAT(message<InputError>(norm), HasSubstr("normalisation.epsilon"));
  const auto momentum = [&] { LayerNorm<float>(ground.builder, "n", {1, 1, 2}, {.momentum = 1.5}); };
  EXPECT_THAT(message<InputError>(momentum), HasSubstr("normalisation.momentum"));
}

}  // namespace
}  // namespace napier::nn
