// Networks: their sizes, independence of threads, and what they refuse.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "models/base/parallel.hpp"
#include "models/nn/cross_entropy.hpp"
#include "models/nn/networks.hpp"
#include "models/train/state_archive.hpp"
#include "tests/nn/random_numbers.hpp"
#include "tests/nn/reference_engine.hpp"

namespace napier::nn {
namespace {

using testing::HasSubstr;
using Make = std::function<std::unique_ptr<Model<float>>(const Builder<float>&)>;

std::size_t weights(const Make& make) {
  ReferenceEngine<float> engine;
  const Parallel threads(1);
  Initial initial(1);
  make({engine, threads, initial});
  std::size_t count = 0;
  for (const auto& matrix : engine.matrices) count += matrix.values.size();
  return count;
}

TEST(Networks, HaveTheStatedSizes) {
  EXPECT_EQ(weights([](const auto& b) { return make_mlp<float>({}, b); }), 234752U);
  EXPECT_EQ(weights([](const auto& b) { return make_cnn<float>({}, b); }), 98192U);
  EXPECT_EQ(weights([](const auto& b) { return make_resnet<float>({}, b); }), 67848U);
  const std::size_t first = 9 * 16;
  const std::size_t stages = 9 * (6 * 16 * 16 + 16 * 32 + 5 * 32 * 32 + 32 * 64 + 5 * 64 * 64);
  const std::size_t rest = 16 * 32 + 32 * 64 + 64 * 10;
  EXPECT_EQ(weights([](const auto& b) { return make_resnet<float>({.width = 16}, b); }),
            first + stages + rest);
  EXPECT_EQ(weights([](const auto& b) { return make_transformer<float>({}, b); }), 114688U);
}

/// Logits and all gradients of two steps, one after another, with a network that `make` makes of a builder.
template <class Real, class Make>
std::vector<Real> results(const Make& make, int batch, int thread_count) {
  ReferenceEngine<Real> engine;
  const Parallel threads(thread_count);
  Initial initial(1);
  const auto model = make(Builder<Real>{engine, threads, initial});
  std::vector<Real> all;
  const auto keep = [&](const std::vector<Real>& x) { all.insert(all.end(), x.begin(), x.end()); };
  for (std::uint64_t step = 0; step < 2; ++step) {
    const auto inputs = random_bytes(static_cast<std::size_t>(batch * model->inputs()), 2 * step);
    const auto labels = random_bytes(static_cast<std::size_t>(batch * model->predictions()), 2 * step + 1,
                                     static_cast<std::uint32_t>(model->classes()));
    const Tensor<Real> logits = model->forward(inputs, Mode::kTrain);
    Tensor<Real> gradient(logits.size());
    softmax_cross_entropy(std::vector<double>(logits.begin(), logits.end()), labels, model->classes(),
                          std::span(gradient), &threads);
    model->backward(gradient);
    keep(logits);
    for (const auto& matrix : engine.matrices) keep(matrix.gradient);
    for (const auto& tensor : engine.host_tensors) keep(tensor.gradient);
    keep(model->forward(inputs, Mode::kTest));
  }
  return all;
}

void expect_same_bits(const Make& make, int batch) {
  EXPECT_EQ(results<float>(make, batch, 1), results<float>(make, batch, 3));
}

TEST(Networks, DoNotDependOnThreads) {
  expect_same_bits(
      [](const auto& b) {
        return make_cnn<float>({.convolutions = {8, 4}, .batch_norm = true}, b);
      },
      3);
  expect_same_bits([](const auto& b) { return make_resnet<float>({.blocks = 1, .width = 2}, b); }, 3);
  const TransformerParameters small{.width = 20, .heads = 2, .blocks = 1, .hidden = 30};
  expect_same_bits([=](const auto& b) { return make_transformer<float>(small, b); }, 3);
}

/// The largest difference, in units of 2^-24 of the largest number.
template <class Real>
double distance(const std::vector<double>& exact, const std::vector<Real>& other) {
  double largest = 0;
  double difference = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    largest = std::max(largest, std::abs(exact[i]));
    difference = std::max(difference, std::abs(static_cast<double>(other[i]) - exact[i]));
  }
  return difference / largest * 0x1p24;
}

/// Of FP32's results from FP64's.
template <class Make>
double distance(const Make& make) {
  return distance(results<double>(make, 4, 1), results<float>(make, 4, 1));
}

/// Fewer than 2^10 roundings, forth and back, lie between a byte and any result of these networks.
/// Independent and of mean zero, their errors add up to no more than 6 sqrt(2^10) u with probability 1 - 3e-8
/// (Higham and Mary 2019), relative to the numbers on the way, which normalisation keeps near the results'
/// own size.
TEST(Networks, AreTheSameInFp32AndFp64) {
  constexpr double kBound = 6 * 32;
  const ResnetParameters resnet{.image = {9, 8, 1}, .blocks = 1, .width = 4};
  EXPECT_LE(distance([=](const auto& b) { return make_resnet(resnet, b); }), kBound);
  const CnnParameters cnn{.image = {9, 8, 1}, .convolutions = {4, 6}, .hidden = 9, .batch_norm = true};
  EXPECT_LE(distance([=](const auto& b) { return make_cnn(cnn, b); }), kBound);
  const TransformerParameters transformer{.sequence = 20, .width = 16, .heads = 2, .hidden = 30};
  EXPECT_LE(distance([=](const auto& b) { return make_transformer(transformer, b); }), kBound);
  // Another epsilon is found: it changes more than roundings do.
  ResnetParameters altered = resnet;
  altered.normalisation.epsilon = 2e-5;
  const std::vector<double> wide =
      results<double>([=](const auto& b) { return make_resnet(resnet, b); }, 4, 1);
  const std::vector<double> other =
      results<double>([=](const auto& b) { return make_resnet(altered, b); }, 4, 1);
  EXPECT_GT(distance(wide, other), kBound);
}

/// What networks are built on.
struct Small {
  ReferenceEngine<float> engine;
  Parallel threads{1};
  Initial initial{1};
  Builder<float> builder{engine, threads, initial};
};

template <class Body>
std::string refusal(const Body& body) {
  try {
    body();
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Networks, RefuseBatchesThatHoldNoWholeSamples) {
  Small small;
  const auto model = make_mlp<float>({.layers = {4, 2}}, small.builder);
  EXPECT_THAT(refusal([&] { model->forward({}, Mode::kTrain); }), HasSubstr("no samples"));
  EXPECT_THAT(refusal([&] { model->forward(random_bytes(7, 1), Mode::kTrain); }),
              HasSubstr("7 bytes holds no whole samples of 4"));
  EXPECT_THAT(refusal([&] { softmax_cross_entropy<float>({}, {}, 2, {}); }), HasSubstr("no samples"));
  const std::vector<double> logits = {0.0, 0.0};
  const std::vector<std::uint8_t> label = {2};
  EXPECT_THAT(refusal([&] { softmax_cross_entropy<float>(logits, label, 2, {}); }),
              HasSubstr("a label is 2"));
  EXPECT_THROW(softmax_cross_entropy<float>(logits, label, 3, {}), InternalError);
  const std::vector<double> diverged = {0.0, -std::numeric_limits<double>::infinity()};
  EXPECT_THAT(refusal([&] { softmax_cross_entropy<float>(diverged, std::vector<std::uint8_t>{0}, 2, {}); }),
              HasSubstr("not finite"));
}

TEST(Networks, BackwardFollowsATrainingPass) {
  Small small;
  const auto model = make_mlp<float>({.layers = {4, 2}}, small.builder);
  EXPECT_THROW(model->backward({1, 1}), InternalError);
  model->forward(random_bytes(4, 1), Mode::kTest);
  EXPECT_THROW(model->backward({1, 1}), InternalError);
  model->forward(random_bytes(4, 1), Mode::kTrain);
  EXPECT_THROW(model->backward({1, 1, 1, 1}), InternalError);
  model->backward({1, 1});
  EXPECT_THROW(model->backward({1, 1}), InternalError);
}

TEST(Networks, RefuseBytesThatAreNoSymbols) {
  Small small;
  const auto model =
      make_transformer<float>({.symbols = 10, .sequence = 3, .width = 4, .heads = 2}, small.builder);
  EXPECT_THAT(refusal([&] {
                model->forward(std::vector<std::uint8_t>{1, 10, 2}, Mode::kTrain);
              }),
              HasSubstr("byte 10"));
}

TEST(Networks, RefuseParametersOutOfRange) {
  Small small;
  const Builder<float>& b = small.builder;
  const auto mlp = [&](std::vector<int> layers) { return refusal([&] { make_mlp<float>({layers}, b); }); };
  EXPECT_THAT(mlp({10}), HasSubstr("fewer than two"));
  EXPECT_THAT(mlp({10, 0}), HasSubstr("give 1 to 65536"));
  const auto cnn = [&](const CnnParameters& p) { return refusal([&] { make_cnn<float>(p, b); }); };
  EXPECT_THAT(cnn({.image = {0, 28, 1}}), HasSubstr("image height"));
  EXPECT_THAT(cnn({.classes = 1}), HasSubstr("classes"));
  EXPECT_THAT(cnn({.convolutions = {}}), HasSubstr("convolutions is empty"));
  EXPECT_THAT(cnn({.convolutions = {0}}), HasSubstr("an output in convolutions"));
  EXPECT_THAT(cnn({.kernel = 4}), HasSubstr("kernel is even"));
  EXPECT_THAT(cnn({.hidden = 0}), HasSubstr("hidden"));
  EXPECT_THAT(cnn({.convolutions = {4, 4, 4, 4, 4}}), HasSubstr("pool5: a window of 2 x 2"));
  EXPECT_THAT(cnn({.normalisation = {.epsilon = -1}}), HasSubstr("epsilon"));
  const auto resnet = [&](const ResnetParameters& p) { return refusal([&] { make_resnet<float>(p, b); }); };
  EXPECT_THAT(resnet({.blocks = 0}), HasSubstr("blocks"));
  EXPECT_THAT(resnet({.width = 0}), HasSubstr("width"));
  const auto text = [&](const TransformerParameters& p) {
    return refusal([&] { make_transformer<float>(p, b); });
  };
  EXPECT_THAT(text({.symbols = 257}), HasSubstr("symbols"));
  EXPECT_THAT(text({.sequence = 0}), HasSubstr("sequence"));
  EXPECT_THAT(text({.heads = 3}), HasSubstr("3 heads do not divide a width of 64"));
  EXPECT_THAT(text({.blocks = 0}), HasSubstr("blocks"));
}

TEST(Networks, RunningStatisticsAreState) {
  const ResnetParameters parameters{.image = {6, 6, 1}, .blocks = 1, .width = 2};
  Small trained, fresh;
  const auto model = make_resnet<float>(parameters, trained.builder);
  const auto other = make_resnet<float>(parameters, fresh.builder);
  const auto inputs = random_bytes(36 * 4, 1);
  model->forward(inputs, Mode::kTrain);
  const Tensor<float> expected = model->forward(inputs, Mode::kTest);
  EXPECT_NE(other->forward(inputs, Mode::kTest), expected);
  StateArchive saved;
  model->exchange(saved);
  StateArchive restored(saved.bytes(), "checkpoint");
  other->exchange(restored);
  restored.finish();
  EXPECT_EQ(other->forward(inputs, Mode::kTest), expected);
}

}  // namespace
}  // namespace napier::nn
