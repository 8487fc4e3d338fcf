#include "models/train/network.hpp"

#include <algorithm>
#include <cmath>

#include "models/base/error.hpp"
#include "models/base/random.hpp"
#include "models/train/host_math.hpp"

namespace napier {

std::unique_ptr<Network> make_quantized_mlp(const Experiment& experiment, const Design& design,
                                            const Parallel& threads);
std::unique_ptr<Network> make_float_mlp(const Experiment& experiment, const Parallel& threads);

std::unique_ptr<Network> make_network(const Experiment& experiment, const Design& design,
                                      const Parallel& threads) {
  if (design.format.kind == FormatKind::kFp32) return make_float_mlp(experiment, threads);
  return make_quantized_mlp(experiment, design, threads);
}

std::vector<std::vector<float>> initial_weights(const Experiment& experiment) {
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
  const auto width = static_cast<std::size_t>(classes);
  const auto count = static_cast<double>(labels.size());
  double loss = 0;
  std::vector<double> exponentials(width);
  for (std::size_t n = 0; n < labels.size(); ++n) {
    const auto row = logits.subspan(n * width, width);
    const auto best = std::max_element(row.begin(), row.end());
    if (!std::isfinite(*best)) {
      throw InputError("the logits are not finite; training has diverged: lower the learning rate");
    }
    double sum = 0;
    for (std::size_t c = 0; c < width; ++c) {
      exponentials[c] = portable_exp(row[c] - *best);
      sum += exponentials[c];
    }
    loss += portable_log(sum) - (row[labels[n]] - *best);
    report.correct += best - row.begin() == labels[n] ? 1 : 0;
    for (std::size_t c = 0; c < width && !gradient.empty(); ++c) {
      const double target = c == labels[n] ? 1.0 : 0.0;
      gradient[n * width + c] = static_cast<float>((exponentials[c] / sum - target) / count);
    }
  }
  report.loss = loss / count;
}

}  // namespace napier
