#pragma once
#include "models/nn/layer.hpp"

namespace napier::nn {

/// The tanh form of the Gaussian error linear unit (Hendrycks and Gimpel 2016):
///   x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) = x / (1 + e^-v), v = 2 sqrt(2/pi) (x + 0.044715 x^3),
/// at most 5e-4 from the form with erf. The same bits on every machine. With u the unit roundoff (2^-24 or
/// 2^-53), v errs by 7 u relatively (seven roundings, of constants included), e^-|v| therefore by
/// (9 |v| + 4.02) u in single and (7 |v| + 8) u in double precision, and the quotient and product by 4 u
/// more: relative error at most (9 |v| + 12) u.
template <class Real>
Real gelu(Real x);
/// Its derivative.
template <class Real>
Real gelu_slope(Real x);

template <class Real>
class Gelu : public Layer<Real> {
 public:
  Gelu(const Builder<Real>& builder, const Shape& shape) : threads_(builder.threads), shape_(shape) {}
  Shape output() const override { return shape_; }
  Tensor<Real> forward(Tensor<Real> x, Mode mode) override;
  Tensor<Real> backward(Tensor<Real> dy) override;

 private:
  const Parallel& threads_;
  Shape shape_;
  Tensor<Real> x_;
};

}  // namespace napier::nn
