#include "models/nn/sequence.hpp"

namespace napier::nn {

template <class Real>
Tensor<Real> Sequence<Real>::forward(Tensor<Real> x, Mode mode) {
  for (const auto& layer : layers_) x = layer->forward(std::move(x), mode);
  return x;
}

template <class Real>
Tensor<Real> Sequence<Real>::backward(Tensor<Real> dy) {
  for (std::size_t i = layers_.size(); i-- > 0;) dy = layers_[i]->backward(std::move(dy));
  return dy;
}

template <class Real>
void Sequence<Real>::exchange(StateArchive& archive) {
  for (const auto& layer : layers_) layer->exchange(archive);
}

template class Sequence<float>;
template class Sequence<double>;

}  // namespace napier::nn
