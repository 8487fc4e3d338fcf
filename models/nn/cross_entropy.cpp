#include "models/nn/cross_entropy.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "models/base/error.hpp"
#include "models/train/host_math.hpp"

namespace napier::nn {
namespace {

void check(std::size_t logits, std::span<const std::uint8_t> labels, int classes, std::size_t gradient) {
  if (labels.empty()) throw InputError("a batch has no samples; give at least one");
  if (logits != labels.size() * static_cast<std::size_t>(classes) || (gradient != 0 && gradient != logits)) {
    throw InternalError("logits, labels and gradient differ in size");
  }
  const int largest = *std::max_element(labels.begin(), labels.end());
  if (largest >= classes) {
    throw InputError("a label is " + std::to_string(largest) + ", but the network has " +
                     std::to_string(classes) + " classes; give it more outputs");
  }
}

}  // namespace

template <class Real>
Loss softmax_cross_entropy(std::span<const double> logits, std::span<const std::uint8_t> labels, int classes,
                           std::span<Real> gradient) {
  check(logits.size(), labels, classes, gradient.size());
  const auto width = static_cast<std::size_t>(classes);
  const auto count = static_cast<double>(labels.size());
  Loss result;
  double loss = 0;
  std::vector<double> exponentials(width);
  for (std::size_t n = 0; n < labels.size(); ++n) {
    const auto row = logits.subspan(n * width, width);
    if (!std::all_of(row.begin(), row.end(), [](double logit) { return std::isfinite(logit); })) {
      throw InputError("the logits are not finite; training has diverged: lower the learning rate");
    }
    const auto best = std::max_element(row.begin(), row.end());
    double sum = 0;
    for (std::size_t c = 0; c < width; ++c) {
      exponentials[c] = portable_exp(row[c] - *best);
      sum += exponentials[c];
    }
    loss += portable_log(sum) - (row[labels[n]] - *best);
    result.correct += best - row.begin() == labels[n] ? 1 : 0;
    for (std::size_t c = 0; c < width && !gradient.empty(); ++c) {
      const double target = c == labels[n] ? 1.0 : 0.0;
      gradient[n * width + c] = static_cast<Real>((exponentials[c] / sum - target) / count);
    }
  }
  result.mean = loss / count;
  return result;
}

template Loss softmax_cross_entropy<float>(std::span<const double>, std::span<const std::uint8_t>, int,
                                           std::span<float>);
template Loss softmax_cross_entropy<double>(std::span<const double>, std::span<const std::uint8_t>, int,
                                            std::span<double>);

}  // namespace napier::nn
