#include "tests/nn/checked_parts.hpp"

#include <algorithm>
#include <cmath>

#include "models/base/parallel.hpp"
#include "models/nn/cross_entropy.hpp"
#include "tests/nn/random_numbers.hpp"

namespace napier::nn {
namespace {

void move_host_tensors(ReferenceEngine<double>& engine) {
  std::uint64_t stream = 100;
  for (auto& tensor : engine.host_tensors) {
    const std::vector<double> noise = random_numbers(tensor.values.size(), stream++, 0.25);
    for (std::size_t i = 0; i < noise.size(); ++i) tensor.values[i] += noise[i];
  }
}

}  // namespace

GradientCheck check_layer(ReferenceEngine<double>& engine, const MakeLayer& make, const Shape& input,
                          int batch) {
  const Parallel threads(1);
  Initial initial(7);
  const auto layer = make({engine, threads, initial});
  move_host_tensors(engine);
  std::vector<double> x = random_numbers(static_cast<std::size_t>(batch) * input.size(), 1);
  const std::vector<double> factors =
      random_numbers(static_cast<std::size_t>(batch) * layer->output().size(), 2);
  const auto evaluate = [&] {
    const Tensor<double> y = layer->forward(x, Mode::kTrain);
    LossValue loss;
    for (std::size_t i = 0; i < factors.size(); ++i) {
      loss.value += factors[i] * y.at(i);
      loss.magnitude += std::abs(factors[i] * y[i]);
    }
    return loss;
  };
  evaluate();
  const Tensor<double> dx = layer->backward(factors);
  std::vector<Variable> variables = parameters(engine);
  if (!dx.empty()) variables.push_back({"x", x, dx});
  return GradientCheck(evaluate, std::move(variables));
}

GradientCheck check_model(ReferenceEngine<double>& engine, const MakeModel& make, int batch,
                          std::uint32_t symbols) {
  const Parallel threads(1);
  Initial initial(7);
  const auto model = make({engine, threads, initial});
  move_host_tensors(engine);
  const auto count = static_cast<std::size_t>(batch);
  const auto inputs = random_bytes(count * static_cast<std::size_t>(model->inputs()), 1, symbols);
  const auto labels = random_bytes(count * static_cast<std::size_t>(model->predictions()), 2,
                                   static_cast<std::uint32_t>(model->classes()));
  const auto evaluate = [&](std::span<double> gradient) {
    const Tensor<double> logits = model->forward(inputs, Mode::kTrain);
    const double loss = softmax_cross_entropy(logits, labels, model->classes(), gradient).mean;
    // A sample's loss is log(sum of e^(logit - largest)) - (logit - largest).
    double magnitude = 0;
    for (const double logit : logits) magnitude = std::max(magnitude, std::abs(logit));
    return LossValue{loss, loss + 2 * magnitude};
  };
  Tensor<double> gradient(labels.size() * static_cast<std::size_t>(model->classes()));
  evaluate(gradient);
  model->backward(gradient);
  return GradientCheck([&] { return evaluate({}); }, parameters(engine));
}

}  // namespace napier::nn
