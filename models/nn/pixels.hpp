#pragma once
#include "models/nn/model.hpp"

namespace napier::nn {

/// Images: brightness 0..255 stands for 0..1.
template <class Real>
class Pixels : public Entry<Real> {
 public:
  explicit Pixels(const Shape& shape) : shape_(shape) {}
  Shape output() const override { return shape_; }
  int bytes() const override { return static_cast<int>(shape_.size()); }
  Tensor<Real> forward(std::span<const std::uint8_t> inputs, Mode /*mode*/) override {
    Tensor<Real> x(inputs.size());
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<Real>(inputs[i]) / Real{255};
    return x;
  }
  void backward(const Tensor<Real>& /*dy*/) override {}

 private:
  Shape shape_;
};

}  // namespace napier::nn
