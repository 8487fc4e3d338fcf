#include "models/nn/gelu.hpp"

#include <cmath>

#include "models/base/vector_clones.hpp"
#include "models/nn/exponential.hpp"
#include "models/nn/rows.hpp"

namespace napier::nn {
namespace {

constexpr double kSlope = 0x1.9884533d43651p+0;  // 2 sqrt(2/pi)
constexpr double kCubic = 0.044715;
constexpr int kFar = 32;  // from there on e^-|v| is 0

/// 1 / (1 + e^-v)
template <class Real>
inline Real logistic(Real v) {
  const Real t = exp_nonpositive(-std::abs(v));
  return by_sign(v, t, Real{1}) / (Real{1} + t);
}

template <class Real>
inline Real argument(Real x) {
  return static_cast<Real>(kSlope) * x * (Real{1} + static_cast<Real>(kCubic) * (x * x));
}

template <class Real>
inline Real value(Real x) {
  return x * logistic(argument(limited(x, Real{kFar})));
}

template <class Real>
inline Real slope(Real x) {
  const Real near = limited(x, Real{kFar});
  const Real s = logistic(argument(near));
  const Real steep = static_cast<Real>(kSlope) * (Real{1} + static_cast<Real>(3 * kCubic) * (near * near));
  return s + near * steep * (s * (Real{1} - s));
}

NAPIER_VECTOR_CLONES
void values(float* x, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) x[i] = value(x[i]);
}
void values(double* x, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) x[i] = value(x[i]);
}

NAPIER_VECTOR_CLONES
void times_slopes(float* __restrict dy, const float* __restrict x, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) dy[i] *= slope(x[i]);
}
void times_slopes(double* dy, const double* x, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) dy[i] *= slope(x[i]);
}

}  // namespace

template <class Real>
Real gelu(Real x) {
  return value(x);
}

template <class Real>
Real gelu_slope(Real x) {
  return slope(x);
}

template <class Real>
Tensor<Real> Gelu<Real>::forward(Tensor<Real> x, Mode mode) {
  if (mode == Mode::kTrain) x_ = x;
  for_numbers(x.size(), threads_,
              [&](std::size_t first, std::size_t last) { values(x.data() + first, last - first); });
  return x;
}

template <class Real>
Tensor<Real> Gelu<Real>::backward(Tensor<Real> dy) {
  for_numbers(dy.size(), threads_, [&](std::size_t first, std::size_t last) {
    times_slopes(dy.data() + first, x_.data() + first, last - first);
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
