#pragma once
#include <memory>

#include "models/nn/layer.hpp"

namespace napier::nn {

/// Layers one after another; none of them: the identity.
template <class Real>
class Sequence : public Layer<Real> {
 public:
  explicit Sequence(const Shape& input) : output_(input) {}

  /// Appends a layer that is built for output().
  template <class Part, class... Arguments>
  void add(Arguments&&... arguments) {
    layers_.push_back(std::make_unique<Part>(std::forward<Arguments>(arguments)...));
    output_ = layers_.back()->output();
  }
  /// Takes the numbers of a sample as one vector.
  void flatten() { output_ = {1, 1, static_cast<int>(output_.size())}; }

  Shape output() const override { return output_; }
  Tensor<Real> forward(Tensor<Real> x, Mode mode) override;
  Tensor<Real> backward(Tensor<Real> dy) override;
  void exchange(StateArchive& archive) override;

 private:
  Shape output_;
  std::vector<std::unique_ptr<Layer<Real>>> layers_;
};

}  // namespace napier::nn
