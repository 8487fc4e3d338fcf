// Whole networks' gradients against finite differences.
#include <gtest/gtest.h>

#include "models/base/parallel.hpp"
#include "models/nn/cross_entropy.hpp"
#include "models/nn/networks.hpp"
#include "tests/nn/gradient_check.hpp"
#include "tests/nn/random_numbers.hpp"

namespace napier::nn {
namespace {

using Make = std::function<std::unique_ptr<Model<double>>(const Builder<double>&)>;

/// The loss is the network's own. Biases and gains start off their special values, so that errors in using
/// them show.
GradientCheck check_network(const Make& make, int batch, std::uint32_t symbols = 256) {
  ReferenceEngine<double> engine;
  const Parallel threads(1);
  Initial initial(7);
  const auto model = make({engine, threads, initial});
  std::uint64_t stream = 100;
  for (auto& tensor : engine.host_tensors) {
    const std::vector<double> noise = random_numbers(tensor.values.size(), stream++, 0.25);
    for (std::size_t i = 0; i < noise.size(); ++i) tensor.values[i] += noise[i];
  }
  const auto count = static_cast<std::size_t>(batch);
  const auto inputs = random_bytes(count * static_cast<std::size_t>(model->inputs()), 1, symbols);
  const auto labels = random_bytes(count * static_cast<std::size_t>(model->predictions()), 2,
                                   static_cast<std::uint32_t>(model->classes()));
  const auto evaluate = [&](std::span<double> gradient) {
    const Tensor<double> logits = model->forward(inputs, Mode::kTrain);
    const double loss = softmax_cross_entropy(logits, labels, model->classes(), gradient).mean;
    const double magnitude = std::abs(*std::max_element(logits.begin(), logits.end()));
    return LossValue{loss, loss + 2 * magnitude};
  };
  Tensor<double> gradient(count * static_cast<std::size_t>(model->predictions() * model->classes()));
  evaluate(gradient);
  model->backward(gradient);
  return GradientCheck([&] { return evaluate({}); }, parameters(engine));
}

void expect_right(const Make& make, int batch, std::uint32_t symbols = 256) {
  const GradientCheck check = check_network(make, batch, symbols);
  EXPECT_EQ(check.failure(), "");
  EXPECT_EQ(check.blind_spot(), "");
}

TEST(NetworkGradients, Mlp) {
  expect_right([](const auto& builder) { return make_mlp<double>({.layers = {6, 5, 4, 3}}, builder); }, 4);
}

TEST(NetworkGradients, Cnn) {
  const CnnParameters small{.image = {8, 8, 2}, .classes = 3, .convolutions = {3, 4}, .hidden = 5};
  expect_right([&](const auto& builder) { return make_cnn<double>(small, builder); }, 3);
  CnnParameters normalised = small;
  normalised.batch_norm = true;
  expect_right([&](const auto& builder) { return make_cnn<double>(normalised, builder); }, 3);
}

TEST(NetworkGradients, Resnet) {
  const ResnetParameters small{.image = {6, 5, 1}, .classes = 3, .blocks = 1, .width = 2};
  expect_right([&](const auto& builder) { return make_resnet<double>(small, builder); }, 3);
}

TEST(NetworkGradients, Transformer) {
  const TransformerParameters small{
      .symbols = 5, .sequence = 4, .width = 6, .heads = 2, .blocks = 2, .hidden = 7};
  expect_right([&](const auto& builder) { return make_transformer<double>(small, builder); }, 2, 5);
}

}  // namespace
}  // namespace napier::nn
