#include "models/train/network.hpp"

#include <cmath>

#include "models/base/random.hpp"
#include "models/design/design_file.hpp"
#include "models/nn/cross_entropy.hpp"
#include "models/train/onnx_start.hpp"

namespace napier {

std::unique_ptr<Network> make_quantized_mlp(const Experiment& experiment, const Design& design,
                                            const Parallel& threads);
std::unique_ptr<Network> make_float_mlp(const Experiment& experiment, const Design& design,
                                        const Parallel& threads);

std::unique_ptr<Network> make_graph_network(const Experiment& experiment, const Design& design,
                                            const Parallel& threads, const ImageShape& images);

std::unique_ptr<Network> make_network(const Experiment& experiment, const Design& design,
                                      const Parallel& threads, const ImageShape& images) {
  if (experiment.network.kind == NetworkKind::kMlp) {
    const FormatKind format = design.format.kind;
    if (format == FormatKind::kFp32) return make_float_mlp(experiment, design, threads);
    if (has_hardware(format)) {
      return make_quantized_mlp(experiment, design, threads);
    }
  }
  return make_graph_network(experiment, design, threads, images);
}

namespace {

/// Weights and biases of a perceptron.
struct Layers {
  std::vector<std::vector<float>> weights, biases;
};

Layers layers_of_model(const NetworkParameters& network) {
  OnnxStart start(network.weights);
  Layers layers;
  for (std::size_t l = 0; l + 1 < network.layers.size(); ++l) {
    const int inputs = network.layers[l], outputs = network.layers[l + 1];
    layers.weights.push_back(start.weights("fc" + std::to_string(l + 1), outputs, inputs));
    layers.biases.push_back(start.bias(outputs));
  }
  start.finish();
  return layers;
}

}  // namespace

std::vector<std::vector<float>> initial_biases(const Experiment& experiment) {
  if (!experiment.network.weights.empty()) return layers_of_model(experiment.network).biases;
  std::vector<std::vector<float>> biases;
  for (std::size_t l = 1; l < experiment.network.layers.size(); ++l) {
    biases.emplace_back(static_cast<std::size_t>(experiment.network.layers[l]));
  }
  return biases;
}

std::vector<std::vector<float>> initial_weights(const Experiment& experiment) {
  if (!experiment.network.weights.empty()) return layers_of_model(experiment.network).weights;
  const Philox random(experiment.seed);
  const std::vector<int>& sizes = experiment.network.layers;
  std::vector<std::vector<float>> layers;
  for (std::size_t l = 0; l + 1 < sizes.size(); ++l) {
    const auto limit = static_cast<float>(std::sqrt(6.0 / sizes[l]));
    const auto count = static_cast<std::uint64_t>(sizes[l]) * static_cast<std::uint64_t>(sizes[l + 1]);
    std::vector<float> weights;
    for (std::uint64_t i = 0; i < count; ++i) weights.push_back(limit * random.symmetric(l, i));
    layers.push_back(std::move(weights));
  }
  return layers;
}

void softmax_cross_entropy(std::span<const double> logits, std::span<const std::uint8_t> labels, int classes,
                           std::span<float> gradient, StepReport& report) {
  const nn::Loss loss = nn::softmax_cross_entropy(logits, labels, classes, gradient);
  report.loss = loss.mean;
  report.correct += loss.correct;
}

}  // namespace napier
