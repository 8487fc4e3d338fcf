#pragma once
#include <string>

#include "models/nn/layer.hpp"

namespace napier::nn {

/// How weights start, and whether a bias is added.
struct ProjectionStart {
  double limit = 0;  ///< uniform in +-limit
  bool bias = true;  ///< zeros at first
};

/// The weights of a convolution or linear map and its three products, between operands: several projections
/// can read one operand, as those of attention do.
template <class Real>
class Projection {
 public:
  /// `shape` without its batch. Makes the matrix `name`.weight and the host tensor `name`.bias.
  Projection(const Builder<Real>& builder, const std::string& name, const Convolution& shape,
             const ProjectionStart& start);

  const Convolution& shape() const { return shape_; }
  Tensor<Real> forward(const Operand& x, int batch);
  /// Leaves the gradients of weights and bias. dy: the numbers that were rounded to dy_operand; the bias's
  /// gradient is their sum.
  void parameter_gradients(const Operand& x, const Operand& dy_operand, const Tensor<Real>& dy);
  Tensor<Real> input_gradient(const Operand& dy, int batch);

 private:
  Convolution with_batch(int batch) const;

  Engine<Real>& engine_;
  const Parallel& threads_;
  Convolution shape_;
  Matrix& weights_;
  HostTensor<Real>* bias_;
};

}  // namespace napier::nn
