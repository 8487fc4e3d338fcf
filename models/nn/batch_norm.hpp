#pragma once
#include <string>

#include "models/nn/gain_and_bias.hpp"
#include "models/nn/layer.hpp"
#include "models/nn/normalisation.hpp"

namespace napier::nn {

/// Batch normalisation (Ioffe and Szegedy 2015) over all pixels of all samples, channel by channel:
///   y = gain (x - mean) / sqrt(variance + epsilon) + bias.
/// Training takes mean and (biased) variance of the batch and moves the running statistics towards them, the
/// variance there by its unbiased estimate; a test takes the running ones. A channel that does not vary
/// has variance 0 and gives y = bias; so does a batch of one pixel, whose unbiased variance counts as 0.
/// Statistics are in double precision.
template <class Real>
class BatchNorm : public Layer<Real> {
 public:
  /// Makes the host tensors `name`.gain (ones) and `name`.bias (zeros).
  BatchNorm(const Builder<Real>& builder, const std::string& name, const Shape& shape,
            const NormalisationParameters& parameters);

  Shape output() const override { return shape_; }
  Tensor<Real> forward(Tensor<Real> x, Mode mode) override;
  Tensor<Real> backward(Tensor<Real> dy) override;
  void exchange(StateArchive& archive) override;

 private:
  /// x to (x - mean) / deviation, in place.
  void normalise(Tensor<Real>& x, const std::vector<double>& mean, const std::vector<double>& variance);
  void batch_statistics(const Tensor<Real>& x, std::vector<double>& mean, std::vector<double>& variance);

  std::string name_;
  const Parallel& threads_;
  Shape shape_;
  NormalisationParameters parameters_;
  GainAndBias<Real> affine_;
  std::vector<double> running_mean_, running_variance_;
  Tensor<Real> normalised_;
  std::vector<Real> inverse_deviation_;
};

}  // namespace napier::nn
