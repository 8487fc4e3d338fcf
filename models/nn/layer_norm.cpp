#include "models/nn/layer_norm.hpp"

#include <cmath>

#include "models/nn/rows.hpp"

namespace napier::nn {
namespace {

std::size_t channels(const Shape& shape) { return static_cast<std::size_t>(shape.channels); }

/// One row to (x - mean) / deviation; returns 1 / deviation.
template <class Real>
Real normalise(std::span<Real> row, double epsilon) {
  const auto width = static_cast<double>(row.size());
  double mean = 0;
  for (const Real x : row) mean += static_cast<double>(x);
  mean /= width;
  double variance = 0;
  for (const Real x : row) variance += (static_cast<double>(x) - mean) * (static_cast<double>(x) - mean);
  const auto centre = static_cast<Real>(mean);
  const auto inverse = static_cast<Real>(1.0 / std::sqrt(variance / width + epsilon));
  for (Real& x : row) x = (x - centre) * inverse;
  return inverse;
}

}  // namespace

template <class Real>
LayerNorm<Real>::LayerNorm(const Builder<Real>& builder, const std::string& name, const Shape& shape,
                           const NormalisationParameters& parameters)
    : threads_(builder.threads),
      shape_(shape),
      epsilon_(parameters.epsilon),
      affine_(builder, name, channels(shape)) {
  check(parameters);
}

template <class Real>
Tensor<Real> LayerNorm<Real>::forward(Tensor<Real> x, Mode mode) {
  samples(x.size(), shape_);
  const std::size_t width = channels(shape_);
  const std::size_t rows = x.size() / width;
  inverse_deviation_.resize(rows);
  for_rows(rows, threads_, [&](std::size_t first, std::size_t last) {
    for (std::size_t row = first; row < last; ++row) {
      inverse_deviation_[row] = normalise(std::span(x).subspan(row * width, width), epsilon_);
    }
  });
  if (mode == Mode::kTrain) normalised_ = x;
  affine_.apply(x);
  return x;
}

template <class Real>
Tensor<Real> LayerNorm<Real>::backward(Tensor<Real> dy) {
  samples(dy.size(), shape_);
  const std::size_t width = channels(shape_);
  const std::size_t rows = dy.size() / width;
  affine_.take_gradients(dy, normalised_);
  // With e = gain dy: dx = (e - mean of e - normalised x times mean of e times normalised x) / deviation.
  for_rows(rows, threads_, [&](std::size_t first, std::size_t last) {
    for (std::size_t row = first; row < last; ++row) {
      Real* const at = dy.data() + row * width;
      const Real* const x = normalised_.data() + row * width;
      double mean = 0, slope = 0;
      for (std::size_t c = 0; c < width; ++c) {
        at[c] *= affine_.gain()[c];
        mean += static_cast<double>(at[c]);
        slope += static_cast<double>(at[c]) * static_cast<double>(x[c]);
      }
      const auto m = static_cast<Real>(mean / static_cast<double>(width));
      const auto s = static_cast<Real>(slope / static_cast<double>(width));
      for (std::size_t c = 0; c < width; ++c) at[c] = inverse_deviation_[row] * (at[c] - m - x[c] * s);
    }
  });
  normalised_ = {};
  return dy;
}

template class LayerNorm<float>;
template class LayerNorm<double>;

}  // namespace napier::nn
