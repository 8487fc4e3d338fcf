// FP32 training against the same networks on Eigen.
#include <gtest/gtest.h>

#include "models/base/random.hpp"
#include "models/train/network.hpp"
#include "tests/nn/eigen_network.hpp"

namespace napier {
namespace {

using eigen::Index;
using eigen::Matrix;
using eigen::Plan;
using eigen::Rule;

constexpr int kSide = 28;

/// Noise with a bright band where the class says.
Batch make_batch(int count, std::uint64_t stream) {
  const Philox random(99);
  Batch batch;
  batch.count = count;
  for (int n = 0; n < count; ++n) {
    const auto label = static_cast<int>(random.below(10, 2 * stream, static_cast<std::uint64_t>(n)));
    batch.labels.push_back(static_cast<std::uint8_t>(label));
    for (int p = 0; p < kSide * kSide; ++p) {
      const auto place = static_cast<std::uint64_t>(n * kSide * kSide + p);
      const auto noise = random.below(160, 2 * stream + 1, place);
      const bool bright = p / kSide / 2 == label + 2;
      batch.inputs.push_back(static_cast<std::uint8_t>(noise + (bright ? 95 : 0)));
    }
  }
  return batch;
}

/// A network, as the experiment names it and as Eigen builds it.
struct Case {
  NetworkParameters network;
  std::vector<Plan> plans;
  Index channels;  ///< numbers of an input pixel
};

Case mlp(std::vector<int> layers) {
  Case one;
  one.network.layers = std::move(layers);
  const std::vector<int>& sizes = one.network.layers;
  for (std::size_t l = 0; l + 1 < sizes.size(); ++l) {
    one.plans.push_back({sizes[l], sizes[l + 1], 1, l + 2 < sizes.size(), false, false});
  }
  one.channels = sizes[0];
  return one;
}

Case cnn(const CnnSettings& settings) {
  Case one;
  one.network.kind = NetworkKind::kCnn;
  one.network.cnn = settings;
  Index inputs = 1;
  Index side = kSide;
  for (const int outputs : settings.convolutions) {
    one.plans.push_back({inputs, outputs, settings.kernel, true, true, false});
    inputs = outputs;
    side /= 2;
  }
  one.plans.push_back({inputs * side * side, settings.hidden, 1, true, false, true});
  one.plans.push_back({settings.hidden, 10, 1, false, false, false});
  one.channels = 1;
  return one;
}

template <class Scalar>
eigen::Network<Scalar> make_eigen(const Case& one, std::uint64_t seed) {
  const Philox random(seed);
  eigen::Network<Scalar> network;
  for (std::size_t l = 0; l < one.plans.size(); ++l) {
    const Plan& plan = one.plans[l];
    const Index inputs = plan.kernel * plan.kernel * plan.inputs;
    const auto limit = static_cast<float>(std::sqrt(6.0 / static_cast<double>(inputs)));
    std::vector<float> initial(static_cast<std::size_t>(plan.outputs * inputs));
    for (std::size_t i = 0; i < initial.size(); ++i) initial[i] = limit * random.symmetric(l, i);
    network.layers.emplace_back(plan, initial);
  }
  return network;
}

eigen::Grid grid(const Case& one, const Batch& batch) {
  const Index side = one.channels == 1 ? kSide : 1;
  return {batch.count, side, side};
}

std::vector<double> napier_losses(const Case& one, std::uint32_t seed, int steps, int count) {
  Experiment experiment;
  experiment.seed = seed;
  experiment.network = one.network;
  Design design;
  design.format.kind = FormatKind::kFp32;
  design.update.kind = UpdateKind::kHost;
  const Parallel threads(1);
  const auto network = make_network(experiment, design, threads, {kSide, kSide, 10});
  std::vector<double> losses;
  for (int step = 0; step < steps; ++step) {
    const Batch batch = make_batch(count, static_cast<std::uint64_t>(step));
    losses.push_back(network->train(batch, {.step = step, .factor = 1}, nullptr).loss);
  }
  return losses;
}

/// Losses in exact arithmetic (FP64), and by how much FP32's may differ.
///
/// A sum of n products in FP32 is off by e = lambda sqrt(n) u sum |w| |x|, u = 2^-24, or less, with
/// probability 1 - 2 exp(-lambda^2 / 2) at least, where roundings are independent and of mean zero (Higham
/// and Mary 2019); with lambda = 6 that is 1 - 3e-8. n is the patch, and two for bias and pixel. The errors
/// of all sums of a step reach the loss with the factor d = dloss / dsum, so that it is off by no more than
///   F = sqrt(sum over all sums of (d e)^2).
/// Gradients are sums of products of d and x, off by e likewise, with N roundings between the pixels and the
/// gradient: n and the outputs of each layer, forth and back, and the columns summed. After the steps r the
/// weights are off by at most rate / (1 - momentum) times the sum of these errors, E, and the loss of step t
/// by
///   F + sqrt(sum over all weights of (gradient_t E)^2).
/// Curvature amplifies errors from step to step and ReLU and pooling may change their minds: left out, since
/// five steps are few, and since N counts all roundings of the network as if each sat in every gradient.
struct Exact {
  std::vector<double> losses, bounds;
};

Exact exact_losses(const Case& one, std::uint32_t seed, int steps, int count, const Rule& rule) {
  const auto g = [](Index n) { return 6.0 * std::sqrt(static_cast<double>(n)) * 0x1p-24; };
  auto network = make_eigen<double>(one, seed);
  Index roundings = 0;
  for (const Plan& plan : one.plans)
    roundings += plan.kernel * plan.kernel * (plan.inputs + plan.outputs) + 2;
  std::vector<std::vector<Matrix<double>>> moved(one.plans.size());  // E of each weight
  Exact exact;
  for (int step = 0; step < steps; ++step) {
    const Batch batch = make_batch(count, static_cast<std::uint64_t>(step));
    exact.losses.push_back(network.gradients(batch.inputs, batch.labels, grid(one, batch), rule.leak));
    double forward = 0;
    double weights = 0;
    for (std::size_t l = 0; l < network.layers.size(); ++l) {
      const auto& layer = network.layers[l];
      const Index n = layer.plan.kernel * layer.plan.kernel * layer.plan.inputs + 2;
      const Matrix<double> error = network.errors[l].cwiseAbs();
      Matrix<double> magnitude = layer.bias.cwiseAbs().replicate(1, error.cols());
      moved[l].resize(layer.weights.size(), Matrix<double>::Zero(layer.plan.outputs, layer.plan.inputs));
      for (std::size_t place = 0; place < layer.weights.size(); ++place) {
        const Matrix<double> x = layer.shifted[place].cwiseAbs();
        magnitude += layer.weights[place].cwiseAbs() * x;
        weights += layer.gradient[place].cwiseProduct(moved[l][place]).squaredNorm();
        moved[l][place] +=
            rule.rate / (1 - rule.momentum) * g(roundings + error.cols()) * error * x.transpose();
      }
      forward += (g(n) * error).cwiseProduct(magnitude).squaredNorm();
    }
    exact.bounds.push_back(std::sqrt(forward) + std::sqrt(weights));
    network.move(rule);
  }
  return exact;
}

constexpr int kSteps = 5;
constexpr int kCount = 8;

std::vector<Case> cases() { return {mlp({784, 256, 128, 10}), cnn({})}; }

/// The largest difference in units of its bound.
double distance(const std::vector<double>& losses, const Exact& exact) {
  double largest = 0;
  for (std::size_t t = 0; t < losses.size(); ++t) {
    largest = std::max(largest, std::abs(losses[t] - exact.losses[t]) / exact.bounds[t]);
  }
  return largest;
}

TEST(EigenNetworks, Fp32TakesTheSameSteps) {
  for (const Case& one : cases()) {
    const std::vector<double> losses = napier_losses(one, 3, kSteps, kCount);
    const Exact exact = exact_losses(one, 3, kSteps, kCount, {});
    EXPECT_LE(distance(losses, exact), 1.0);
  }
}

TEST(EigenNetworks, AlteredTrainingIsFound) {
  for (const Case& one : cases()) {
    const std::vector<double> losses = napier_losses(one, 3, kSteps, kCount);
    for (const Rule& altered : {Rule{.rate = 0.0505}, Rule{.momentum = 0.89}, Rule{.leak = 0.01}}) {
      EXPECT_GT(distance(losses, exact_losses(one, 3, kSteps, kCount, altered)), 1.0)
          << altered.rate << " " << altered.momentum << " " << altered.leak;
    }
    EXPECT_GT(distance(losses, exact_losses(one, 4, kSteps, kCount, {})), 1.0) << "another seed";
  }
}

/// Mean loss of the last ten of forty steps.
double late(const std::vector<double>& losses) {
  double sum = 0;
  for (std::size_t t = losses.size() - 10; t < losses.size(); ++t) sum += losses[t] / 10;
  return sum;
}

double eigen_late(const Case& one, std::uint32_t seed, int steps, int count) {
  auto network = make_eigen<float>(one, seed);
  std::vector<double> losses;
  for (int step = 0; step < steps; ++step) {
    const Batch batch = make_batch(count, static_cast<std::uint64_t>(step));
    losses.push_back(network.gradients(batch.inputs, batch.labels, grid(one, batch), 0));
    network.move({});
  }
  return late(losses);
}

TEST(EigenNetworks, LongerTrainingStaysWithinTheNoiseOfSeeds) {
  for (const Case& one : {mlp({784, 32, 16, 10}), cnn({.convolutions = {4, 8, 8}, .hidden = 32})}) {
    std::vector<double> theirs;
    double difference = 0;
    for (const std::uint32_t seed : {1U, 2U, 3U}) {
      theirs.push_back(eigen_late(one, seed, 40, 16));
      difference = std::max(difference, std::abs(late(napier_losses(one, seed, 40, 16)) - theirs.back()));
    }
    const auto [least, most] = std::minmax_element(theirs.begin(), theirs.end());
    EXPECT_LT(difference, 0.01 * (*most - *least));
  }
}

}  // namespace
}  // namespace napier
