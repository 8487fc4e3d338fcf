#include "models/nn/gelu.hpp"

#include <cmath>

#include "models/nn/exponential.hpp"
#include "models/nn/rows.hpp"

namespace napier::nn {
namespace {

constexpr double kSlope = 0x1.9884533d43651p+0;  // 2 sqrt(2/pi)
constexpr double kCubic = 0.044715;
constexpr int kFar = 32;  // beyond, e^-|v| is 0

/// 1 / (1 + e^-v)
template <class Real>
Real logistic(Real v) {
  const Real t = exp_nonpositive(-std::abs(v));
  return v >= Real{0} ? Real{1} / (Real{1} + t) : t / (Real{1} + t);
}

template <class Real>
Real argument(Real x) {
  return static_cast<Real>(kSlope) * x * (Real{1} + static_cast<Real>(kCubic) * (x * x));
}

}  // namespace

template <class Real>
Real gelu(Real x) {
  if (!(std::abs(x) <= Real{kFar})) return x < Real{0} ? Real{0} : x;  // NaN stays NaN
  return x * logistic(argument(x));
}

template <class Real>
Real gelu_slope(Real x) {
  if (!(std::abs(x) <= Real{kFar})) return x < Real{0} ? Real{0} : Real{1};
  const Real s = logistic(argument(x));
  const Real slope = static_cast<Real>(kSlope) * (Real{1} + static_cast<Real>(3 * kCubic) * (x * x));
  return s + x * slope * (s * (Real{1} - s));
}

template <class Real>
Tensor<Real> Gelu<Real>::forward(Tensor<Real> x, Mode mode) {
  if (mode == Mode::kTrain) x_ = x;
  for_numbers(x.size(), threads_, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) x[i] = gelu(x[i]);
  });
  return x;
}

template <class Real>
Tensor<Real> Gelu<Real>::backward(Tensor<Real> dy) {
  for_numbers(dy.size(), threads_, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) dy[i] *= gelu_slope(x_[i]);
  });
  x_ = {};
  return dy;
}

template float gelu(float);
template double gelu(double);
template float gelu_slope(float);
template double gelu_slope(double);
template class Gelu<float>;
template class Gelu<double>;

}  // namespace napier::nn
