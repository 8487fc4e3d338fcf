#include "models/nn/cross_entropy.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "models/base/error.hpp"
#include "models/nn/rows.hpp"
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

/// One prediction.
struct Row {
  double loss = 0;
  bool correct = false;
};

/// gradient: empty, or overwritten; powers: scratch.
template <class Real>
Row one_row(std::span<const double> logits, std::size_t label, double count, std::span<Real> gradient,
            std::vector<double>& powers) {
  if (!std::all_of(logits.begin(), logits.end(), [](double logit) { return std::isfinite(logit); })) {
    throw InputError("the logits are not finite; training has diverged: lower the learning rate");
  }
  const auto best = std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (std::size_t c = 0; c < logits.size(); ++c) {
    powers[c] = portable_exp(logits[c] - *best);
    sum += powers[c];
  }
  for (std::size_t c = 0; c < gradient.size(); ++c) {
    const double target = c == label ? 1.0 : 0.0;
    gradient[c] = static_cast<Real>((powers[c] / sum - target) / count);
  }
  return {portable_log(sum) - (logits[label] - *best),
          static_cast<std::size_t>(best - logits.begin()) == label};
}

}  // namespace

template <class Real>
Loss softmax_cross_entropy(std::span<const double> logits, std::span<const std::uint8_t> labels, int classes,
                           std::span<Real> gradient, const Parallel* threads) {
  check(logits.size(), labels, classes, gradient.size());
  const auto width = static_cast<std::size_t>(classes);
  const auto count = static_cast<double>(labels.size());
  std::vector<Row> rows(labels.size());
  const auto compute = [&](std::size_t first, std::size_t last) {
    std::vector<double> powers(width);
    for (std::size_t n = first; n < last; ++n) {
      const std::span<Real> to = gradient.empty() ? gradient : gradient.subspan(n * width, width);
      rows[n] = one_row(logits.subspan(n * width, width), labels[n], count, to, powers);
    }
  };
  if (threads == nullptr) {
    compute(0, rows.size());
  } else {
    for_rows(rows.size(), *threads, compute);
  }
  Loss result;
  for (const Row& row : rows) {
    result.mean += row.loss;
    result.correct += row.correct ? 1 : 0;
  }
  result.mean /= count;
  return result;
}

template Loss softmax_cross_entropy<float>(std::span<const double>, std::span<const std::uint8_t>, int,
                                           std::span<float>, const Parallel*);
template Loss softmax_cross_entropy<double>(std::span<const double>, std::span<const std::uint8_t>, int,
                                            std::span<double>, const Parallel*);

}  // namespace napier::nn
