#include "models/nn/batch_norm.hpp"

#include <cmath>

#include "models/nn/rows.hpp"
#include "models/train/state_archive.hpp"

namespace napier::nn {
namespace {

std::size_t channels(const Shape& shape) { return static_cast<std::size_t>(shape.channels); }

}  // namespace

template <class Real>
BatchNorm<Real>::BatchNorm(const Builder<Real>& builder, const std::string& name, const Shape& shape,
                           const NormalisationParameters& parameters)
    : name_(name),
      threads_(builder.threads),
      shape_(shape),
      parameters_(parameters),
      affine_(builder, name, channels(shape)),
      running_mean_(
          builder.engine.initial_state(name + ".running_mean", std::vector<double>(channels(shape), 0.0))),
      running_variance_(builder.engine.initial_state(name + ".running_variance",
                                                     std::vector<double>(channels(shape), 1.0))) {
  check(parameters);
}

template <class Real>
void BatchNorm<Real>::batch_statistics(const Tensor<Real>& x, std::vector<double>& mean,
                                       std::vector<double>& variance) {
  const std::size_t width = channels(shape_);
  const std::size_t rows = x.size() / width;
  mean = sum_rows(rows, width, threads_, [&](std::size_t row, std::span<double> sums) {
    for (std::size_t c = 0; c < width; ++c) sums[c] += static_cast<double>(x[row * width + c]);
  });
  for (double& m : mean) m /= static_cast<double>(rows);
  variance = sum_rows(rows, width, threads_, [&](std::size_t row, std::span<double> sums) {
    for (std::size_t c = 0; c < width; ++c) {
      const double distance = static_cast<double>(x[row * width + c]) - mean[c];
      sums[c] += distance * distance;
    }
  });
  const double unbiased = 1.0 / static_cast<double>(std::max<std::size_t>(rows - 1, 1));
  for (std::size_t c = 0; c < width; ++c) {
    running_mean_[c] += parameters_.momentum * (mean[c] - running_mean_[c]);
    running_variance_[c] += parameters_.momentum * (variance[c] * unbiased - running_variance_[c]);
    variance[c] /= static_cast<double>(rows);
  }
}

template <class Real>
void BatchNorm<Real>::normalise(Tensor<Real>& x, const std::vector<double>& mean,
                                const std::vector<double>& variance) {
  const std::size_t width = channels(shape_);
  const std::vector<Real> centre(mean.begin(), mean.end());
  inverse_deviation_.resize(width);
  for (std::size_t c = 0; c < width; ++c) {
    inverse_deviation_[c] = static_cast<Real>(1.0 / std::sqrt(variance[c] + parameters_.epsilon));
  }
  for_rows(x.size() / width, threads_, [&](std::size_t first, std::size_t last) {
    for (std::size_t row = first; row < last; ++row) {
      Real* const at = x.data() + row * width;
      for (std::size_t c = 0; c < width; ++c) at[c] = (at[c] - centre[c]) * inverse_deviation_[c];
    }
  });
}

template <class Real>
Tensor<Real> BatchNorm<Real>::forward(Tensor<Real> x, Mode mode) {
  samples(x.size(), shape_);
  if (mode == Mode::kTrain) {
    std::vector<double> mean, variance;
    batch_statistics(x, mean, variance);
    normalise(x, mean, variance);
    normalised_ = x;
  } else {
    normalise(x, running_mean_, running_variance_);
  }
  affine_.apply(x);
  return x;
}

template <class Real>
Tensor<Real> BatchNorm<Real>::backward(Tensor<Real> dy) {
  samples(dy.size(), shape_);
  const std::size_t width = channels(shape_);
  const std::size_t rows = dy.size() / width;
  const std::vector<double> sums = affine_.take_gradients(dy, normalised_);
  // dx = gain / deviation (dy - mean of dy - normalised x times mean of dy times normalised x)
  std::vector<Real> scale(width), mean(width), slope(width);
  for (std::size_t c = 0; c < width; ++c) {
    scale[c] = affine_.gain()[c] * inverse_deviation_[c];
    mean[c] = static_cast<Real>(sums[c] / static_cast<double>(rows));
    slope[c] = static_cast<Real>(sums[width + c] / static_cast<double>(rows));
  }
  for_rows(rows, threads_, [&](std::size_t first, std::size_t last) {
    for (std::size_t row = first; row < last; ++row) {
      Real* const at = dy.data() + row * width;
      const Real* const x = normalised_.data() + row * width;
      for (std::size_t c = 0; c < width; ++c) at[c] = scale[c] * (at[c] - mean[c] - x[c] * slope[c]);
    }
  });
  normalised_ = {};
  return dy;
}

template <class Real>
void BatchNorm<Real>::exchange(StateArchive& archive) {
  archive.fixed_list(name_ + ".running_mean", running_mean_);
  archive.fixed_list(name_ + ".running_variance", running_variance_);
}

template class BatchNorm<float>;
template class BatchNorm<double>;

}  // namespace napier::nn
