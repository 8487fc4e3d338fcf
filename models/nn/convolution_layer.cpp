#include "models/nn/convolution_layer.hpp"

namespace napier::nn {

template <class Real>
ConvolutionLayer<Real>::ConvolutionLayer(const Builder<Real>& builder, const std::string& name,
                                         const Convolution& shape, const ProjectionStart& start, bool first)
    : engine_(builder.engine),
      projection_(builder, name, shape, start),
      x_site_(engine_.site(name + ".input", Role::kActivation)),
      dy_site_(engine_.site(name + ".error", Role::kError)),
      first_(first) {}

template <class Real>
Shape ConvolutionLayer<Real>::output() const {
  const Convolution& shape = projection_.shape();
  return {shape.output_height(), shape.output_width(), shape.outputs};
}

template <class Real>
Tensor<Real> ConvolutionLayer<Real>::forward(Tensor<Real> x, Mode mode) {
  const Convolution& shape = projection_.shape();
  const int batch = samples(x.size(), {shape.height, shape.width, shape.channels});
  x_ = engine_.operand(x_site_, x);
  Tensor<Real> y = projection_.forward(*x_, batch);
  if (mode == Mode::kTest) x_.reset();
  return y;
}

template <class Real>
Tensor<Real> ConvolutionLayer<Real>::backward(Tensor<Real> dy) {
  const int batch = samples(dy.size(), output());
  const std::unique_ptr<Operand> operand = engine_.operand(dy_site_, dy);
  projection_.parameter_gradients(*x_, *operand, dy);
  x_.reset();
  if (first_) return {};
  return projection_.input_gradient(*operand, batch);
}

template class ConvolutionLayer<float>;
template class ConvolutionLayer<double>;

}  // namespace napier::nn
