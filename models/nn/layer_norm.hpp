#pragma once
#include <string>

#include "models/nn/gain_and_bias.hpp"
#include "models/nn/layer.hpp"
#include "models/nn/normalisation.hpp"

namespace napier::nn {

/// Layer normalisation (Ba, Kiros and Hinton 2016) of each pixel over its channels:
///   y = gain (x - mean) / sqrt(variance + epsilon) + bias, variance biased.
/// A pixel whose channels are equal, or that has one channel, gives y = bias. Statistics are in double
/// precision.
template <class Real>
class LayerNorm : public Layer<Real> {
 public:
  /// Makes the host tensors `name`.gain (ones) and `name`.bias (zeros).
  LayerNorm(const Builder<Real>& builder, const std::string& name, const Shape& shape,
            const NormalisationParameters& parameters);

  Shape output() const override { return shape_; }
  Tensor<Real> forward(Tensor<Real> x, Mode mode) override;
  Tensor<Real> backward(Tensor<Real> dy) override;

 private:
  const Parallel& threads_;
  Shape shape_;
  double epsilon_;
  GainAndBias<Real> affine_;
  Tensor<Real> normalised_;
  std::vector<Real> inverse_deviation_;  ///< of each pixel
};

}  // namespace napier::nn
