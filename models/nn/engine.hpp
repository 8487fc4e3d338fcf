#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "models/gemm/convolution.hpp"

/// What a network asks of an arithmetic: every matrix product, and the weights they read. Layers are written
/// once against Engine<Real>; Real is double with exact products where gradients are checked, and float with
/// the design's products where networks train.
namespace napier::nn {

/// What a tensor that enters products is.
enum class Role { kActivation, kError };

/// One place of the network whose tensor enters products; remembers from step to step what that tensor's
/// rounding needs (its scale's history).
class Site {
 public:
  virtual ~Site() = default;
};

/// A tensor rounded to operands, read by any number of products.
class Operand {
 public:
  virtual ~Operand() = default;
};

/// Weights of products, rows x columns, columns fastest; the forward product sums over columns. The engine
/// keeps them as its arithmetic does and moves them.
class Matrix {
 public:
  virtual ~Matrix() = default;
};

/// Parameters that no product reads as an operand: biases, normalisation, embeddings. Layers read `values`
/// and overwrite `gradient`; the engine moves the values with the host's optimiser.
template <class Real>
struct HostTensor {
  std::string name;
  std::vector<Real> values;
  std::vector<Real> gradient;
};

/// out[i][n][m] = sum over k of a[i][m][k] * b[i][n][k], for i below `batch`.
struct BatchedProduct {
  int batch, m, n, k;
  bool a_transposed = false;  ///< a is stored [i][k][m]
  bool b_transposed = false;  ///< b is stored [i][k][n]
};

/// Contract: shapes match the spans, or InternalError. Outputs are overwritten. Results do not depend on the
/// number of threads.
template <class Real>
class Engine {
 public:
  virtual ~Engine() = default;

  /// Made once, when the network is built, in a fixed order: names and order identify them in checkpoints.
  virtual Site& site(const std::string& name, Role role) = 0;
  virtual Matrix& matrix(const std::string& name, int rows, int columns, std::span<const Real> initial) = 0;
  virtual HostTensor<Real>& host_tensor(const std::string& name, std::vector<Real> initial) = 0;
  /// With what a layer's state begins that no gradient moves, such as running statistics.
  virtual std::vector<double> initial_state(const std::string& /*name*/, std::vector<double> initial) {
    return initial;
  }

  /// Rounds a tensor to operands. NaN or infinity is an InputError that names the site and the step.
  virtual std::unique_ptr<Operand> operand(Site& site, std::span<const Real> x) = 0;

  /// y[output pixel][output] = bias[output] + sum over the patch of w[output][patch] * x. bias: one value an
  /// output, or null.
  virtual void forward(const Matrix& w, const Convolution& shape, const Operand& x,
                       const HostTensor<Real>* bias, std::span<Real> y) = 0;
  /// dx[input pixel][channel]: the same product run backwards, dy as in forward's y.
  virtual void input_gradient(const Matrix& w, const Convolution& shape, const Operand& dy,
                              std::span<Real> dx) = 0;
  /// The gradient of w, kept for the next update(): sum over output pixels of dy[pixel][row] * patch of x.
  virtual void weight_gradient(Matrix& w, const Convolution& shape, const Operand& x, const Operand& dy) = 0;
  /// Products of two tensors, attention's. `backward` says which pass counts their overflows.
  virtual void batched(const BatchedProduct& shape, const Operand& a, const Operand& b, bool backward,
                       std::span<Real> out) = 0;
};

}  // namespace napier::nn
