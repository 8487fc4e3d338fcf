#include "models/nn/causal_softmax.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "models/base/error.hpp"
#include "models/nn/exponential.hpp"
#include "models/nn/rows.hpp"

namespace napier::nn {
namespace {

/// seen: scores to probabilities.
template <class Real>
void softmax(std::span<Real> seen, Real scale, const std::string& name) {
  for (Real& score : seen) {
    score *= scale;
    if (!std::isfinite(score)) {
      throw InputError(name +
                       ": an attention score is not finite; training has diverged: lower the learning rate");
    }
  }
  const Real best = *std::max_element(seen.begin(), seen.end());
  double sum = 0;
  exponentials(seen, best);
  for (const Real power : seen) sum += static_cast<double>(power);
  const auto inverse = static_cast<Real>(1.0 / sum);
  for (Real& score : seen) score *= inverse;
}

}  // namespace

template <class Real>
void causal_softmax(Tensor<Real>& scores, int sequence, Real scale, const std::string& name,
                    const Parallel& threads) {
  const auto side = static_cast<std::size_t>(sequence);
  for_rows(scores.size() / side, threads, [&](std::size_t first, std::size_t last) {
    for (std::size_t row = first; row < last; ++row) {
      const std::span<Real> keys = std::span(scores).subspan(row * side, side);
      const std::size_t seen = row % side + 1;
      softmax(keys.first(seen), scale, name);
      std::fill(keys.begin() + static_cast<std::ptrdiff_t>(seen), keys.end(), Real{0});
    }
  });
}

template <class Real>
void causal_softmax_backward(const Tensor<Real>& probabilities, Tensor<Real>& gradient, int sequence,
                             Real scale, const Parallel& threads) {
  const auto side = static_cast<std::size_t>(sequence);
  for_rows(gradient.size() / side, threads, [&](std::size_t first, std::size_t last) {
    for (std::size_t row = first; row < last; ++row) {
      const Real* const p = probabilities.data() + row * side;
      Real* const g = gradient.data() + row * side;
      const std::size_t seen = row % side + 1;
      double mean = 0;  // of g, weighted by p
      for (std::size_t key = 0; key < seen; ++key)
        mean += static_cast<double>(p[key]) * static_cast<double>(g[key]);
      const auto centre = static_cast<Real>(mean);
      for (std::size_t key = 0; key < side; ++key)
        g[key] = key < seen ? scale * p[key] * (g[key] - centre) : Real{0};
    }
  });
}

template void causal_softmax(Tensor<float>&, int, float, const std::string&, const Parallel&);
template void causal_softmax(Tensor<double>&, int, double, const std::string&, const Parallel&);
template void causal_softmax_backward(const Tensor<float>&, Tensor<float>&, int, float, const Parallel&);
template void causal_softmax_backward(const Tensor<double>&, Tensor<double>&, int, double, const Parallel&);

}  // namespace napier::nn
