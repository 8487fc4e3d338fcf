#include "models/nn/relu.hpp"

#include "models/nn/rows.hpp"

namespace napier::nn {

template <class Real>
Tensor<Real> Relu<Real>::forward(Tensor<Real> x, Mode mode) {
  const bool keep = mode == Mode::kTrain;
  passed_.resize(keep ? x.size() : 0);
  for_numbers(x.size(), threads_, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; keep && i < last; ++i) passed_[i] = x[i] <= Real{0} ? 0 : 1;
    for (std::size_t i = first; i < last; ++i) x[i] = x[i] <= Real{0} ? Real{0} : x[i];
  });
  return x;
}

template <class Real>
Tensor<Real> Relu<Real>::backward(Tensor<Real> dy) {
  for_numbers(dy.size(), threads_, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) dy[i] = passed_[i] != 0 ? dy[i] : Real{0};
  });
  return dy;
}

template class Relu<float>;
template class Relu<double>;

}  // namespace napier::nn
