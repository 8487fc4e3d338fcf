#pragma once
#include <cstdint>

#include "models/nn/layer.hpp"

namespace napier::nn {

/// max(x, 0); the derivative at 0 is 0. NaN stays NaN, so that divergence is not hidden.
template <class Real>
class Relu : public Layer<Real> {
 public:
  Relu(const Builder<Real>& builder, const Shape& shape) : threads_(builder.threads), shape_(shape) {}
  Shape output() const override { return shape_; }
  Tensor<Real> forward(Tensor<Real> x, Mode mode) override;
  Tensor<Real> backward(Tensor<Real> dy) override;

 private:
  const Parallel& threads_;
  Shape shape_;
  std::vector<std::uint8_t> passed_;  ///< 0 where x <= 0
};

}  // namespace napier::nn
