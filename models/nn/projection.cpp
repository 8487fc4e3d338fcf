#include "models/nn/projection.hpp"

#include "models/nn/rows.hpp"

namespace napier::nn {
namespace {

std::size_t weight_count(const Convolution& shape) {
  return static_cast<std::size_t>(shape.outputs) * static_cast<std::size_t>(shape.patch());
}

}  // namespace

template <class Real>
Projection<Real>::Projection(const Builder<Real>& builder, const std::string& name, const Convolution& shape,
                             const ProjectionStart& start)
    : engine_(builder.engine),
      threads_(builder.threads),
      shape_(shape),
      weights_(engine_.matrix(name + ".weight", shape.outputs, shape.patch(),
                              builder.initial.template uniform<Real>(weight_count(shape), start.limit))),
      bias_(start.bias ? &engine_.host_tensor(name + ".bias",
                                              std::vector<Real>(static_cast<std::size_t>(shape.outputs)))
                       : nullptr) {}

template <class Real>
Convolution Projection<Real>::with_batch(int batch) const {
  Convolution shape = shape_;
  shape.batch = batch;
  return shape;
}

template <class Real>
Tensor<Real> Projection<Real>::forward(const Operand& x, int batch) {
  const Convolution shape = with_batch(batch);
  Tensor<Real> y(static_cast<std::size_t>(shape.output_pixels()) * static_cast<std::size_t>(shape.outputs));
  engine_.forward(weights_, shape, x, bias_, y);
  return y;
}

template <class Real>
void Projection<Real>::parameter_gradients(const Operand& x, const Operand& dy_operand,
                                           const Tensor<Real>& dy) {
  const Shape output{shape_.output_height(), shape_.output_width(), shape_.outputs};
  engine_.weight_gradient(weights_, with_batch(samples(dy.size(), output)), x, dy_operand);
  if (bias_ != nullptr) column_sums(std::span<const Real>(dy), std::span(bias_->gradient), threads_);
}

template <class Real>
Tensor<Real> Projection<Real>::input_gradient(const Operand& dy, int batch) {
  const Convolution shape = with_batch(batch);
  Tensor<Real> dx(static_cast<std::size_t>(shape.input_pixels()) * static_cast<std::size_t>(shape.channels));
  engine_.input_gradient(weights_, shape, dy, dx);
  return dx;
}

template class Projection<float>;
template class Projection<double>;

}  // namespace napier::nn
