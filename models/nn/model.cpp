#include "models/nn/model.hpp"

#include <string>

#include "models/base/error.hpp"

namespace napier::nn {

template <class Real>
Model<Real>::Model(std::unique_ptr<Entry<Real>> entry, std::unique_ptr<Layer<Real>> body)
    : entry_(std::move(entry)), body_(std::move(body)) {}

template <class Real>
Tensor<Real> Model<Real>::forward(std::span<const std::uint8_t> inputs, Mode mode) {
  if (inputs.empty()) throw InputError("a batch has no samples; give at least one");
  if (inputs.size() % static_cast<std::size_t>(this->inputs()) != 0) {
    throw InputError("a batch of " + std::to_string(inputs.size()) + " bytes holds no whole samples of " +
                     std::to_string(this->inputs()) + "; let the network's input be as large as the data's");
  }
  Tensor<Real> logits = body_->forward(entry_->forward(inputs, mode), mode);
  awaited_ = mode == Mode::kTrain ? logits.size() : 0;
  return logits;
}

template <class Real>
void Model<Real>::backward(Tensor<Real> dlogits) {
  if (awaited_ == 0 || dlogits.size() != awaited_) {
    throw InternalError("backward() follows a training pass, with as many numbers as it had logits");
  }
  awaited_ = 0;
  entry_->backward(body_->backward(std::move(dlogits)));
}

template class Model<float>;
template class Model<double>;

}  // namespace napier::nn
