#pragma once
#include <memory>
#include <string>

#include "models/nn/projection.hpp"

namespace napier::nn {

/// Two-dimensional convolution with padding by zeros; a linear layer is one over 1 x 1 images.
template <class Real>
class ConvolutionLayer : public Layer<Real> {
 public:
  /// `first`: nothing before it learns, so that backward() returns an empty tensor.
  ConvolutionLayer(const Builder<Real>& builder, const std::string& name, const Convolution& shape,
                   const ProjectionStart& start, bool first);

  Shape output() const override;
  Tensor<Real> forward(Tensor<Real> x, Mode mode) override;
  Tensor<Real> backward(Tensor<Real> dy) override;

 private:
  Engine<Real>& engine_;
  Projection<Real> projection_;
  Site& x_site_;
  Site& dy_site_;
  bool first_;
  std::unique_ptr<Operand> x_;
};

}  // namespace napier::nn
