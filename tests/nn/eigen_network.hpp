#pragma once
#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

/// Networks on images written plainly on Eigen, to compare training with: nothing of models/nn or
/// models/train is used. A tensor is a matrix with a column for every pixel of every sample, a row for every
/// channel; a convolution is a sum over the places of its kernel of (outputs x channels) times shifted
/// tensors.
namespace napier::eigen {

using Index = Eigen::Index;
template <class Scalar>
using Matrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;
template <class Scalar>
using Vector = Eigen::Matrix<Scalar, Eigen::Dynamic, 1>;

struct Grid {
  Index samples, height, width;
  Index columns() const { return samples * height * width; }
  Index column(Index sample, Index row, Index column) const {
    return (sample * height + row) * width + column;
  }
};

/// Stochastic gradient descent with momentum; `leak` is ReLU's slope below 0.
struct Rule {
  double rate = 0.05, momentum = 0.9, leak = 0;
};

/// A convolution of odd kernel with as much padding as keeps the size (a linear layer has kernel 1 on images
/// of one pixel), then perhaps ReLU, then perhaps 2 x 2 max pooling.
struct Plan {
  Index inputs, outputs, kernel;
  bool relu, pool, flatten;  ///< flatten: before it, the pixels of a sample become channels
};

template <class Scalar>
struct Layer {
  Plan plan;
  std::vector<Matrix<Scalar>> weights, velocity, gradient;  ///< of each place of the kernel, rows first
  Vector<Scalar> bias, bias_velocity, bias_gradient;
  Grid grid{}, pooled{};
  std::vector<Matrix<Scalar>> shifted;  ///< the input as each place of the kernel sees it
  Matrix<Scalar> before_relu;
  Eigen::Matrix<Index, Eigen::Dynamic, Eigen::Dynamic> chosen;

  /// weights: outputs x (kernel rows x kernel columns x inputs), the last fastest.
  Layer(const Plan& p, const std::vector<float>& initial) : plan(p) {
    const Index places = p.kernel * p.kernel;
    for (Index place = 0; place < places; ++place) {
      Matrix<Scalar> w(p.outputs, p.inputs);
      for (Index o = 0; o < p.outputs; ++o) {
        for (Index i = 0; i < p.inputs; ++i) {
          w(o, i) = Scalar{initial[static_cast<std::size_t>((o * places + place) * p.inputs + i)]};
        }
      }
      velocity.push_back(Matrix<Scalar>::Zero(p.outputs, p.inputs));
      gradient.push_back(velocity.back());
      weights.push_back(std::move(w));
    }
    bias = bias_velocity = bias_gradient = Vector<Scalar>::Zero(p.outputs);
  }

  /// copy(column of a shifted tensor, column of the tensor) where the shift by a place stays inside.
  template <class Copy>
  void for_overlap(Index place, const Copy& copy) const {
    const Index down = place / plan.kernel - plan.kernel / 2;
    const Index right = place % plan.kernel - plan.kernel / 2;
    for (Index s = 0; s < grid.samples; ++s) {
      for (Index r = std::max<Index>(0, -down); r < std::min(grid.height, grid.height - down); ++r) {
        for (Index c = std::max<Index>(0, -right); c < std::min(grid.width, grid.width - right); ++c) {
          copy(grid.column(s, r, c), grid.column(s, r + down, c + right));
        }
      }
    }
  }

  Matrix<Scalar> forward(Matrix<Scalar> x, Grid& at, double leak) {
    if (plan.flatten) {
      x = Matrix<Scalar>(x.reshaped(x.size() / at.samples, at.samples));
      at = {at.samples, 1, 1};
    }
    grid = at;
    shifted.clear();
    before_relu = bias.replicate(1, grid.columns());
    for (std::size_t place = 0; place < weights.size(); ++place) {
      Matrix<Scalar> seen = Matrix<Scalar>::Zero(x.rows(), x.cols());
      for_overlap(static_cast<Index>(place), [&](Index to, Index from) { seen.col(to) = x.col(from); });
      before_relu += weights[place] * seen;
      shifted.push_back(std::move(seen));
    }
    Matrix<Scalar> y = before_relu;
    if (plan.relu) y = y.unaryExpr([=](Scalar v) { return v > 0 ? v : static_cast<Scalar>(leak) * v; });
    if (!plan.pool) return y;
    pooled = {grid.samples, grid.height / 2, grid.width / 2};
    Matrix<Scalar> out(y.rows(), pooled.columns());
    chosen.resize(y.rows(), pooled.columns());
    for (Index s = 0; s < pooled.samples; ++s) {
      for (Index r = 0; r < pooled.height; ++r) {
        for (Index c = 0; c < pooled.width; ++c) {
          for (Index channel = 0; channel < y.rows(); ++channel) {
            Index best = grid.column(s, 2 * r, 2 * c);
            for (const Index other : {best + 1, best + grid.width, best + grid.width + 1}) {
              if (y(channel, other) > y(channel, best)) best = other;
            }
            chosen(channel, pooled.column(s, r, c)) = best;
            out(channel, pooled.column(s, r, c)) = y(channel, best);
          }
        }
      }
    }
    at = pooled;
    return out;
  }

  /// The gradient by the product's output: before it were pooling and ReLU.
  Matrix<Scalar> through_activation(const Matrix<Scalar>& dy, double leak) const {
    // The next layer may have flattened the pixels.
    const Matrix<Scalar> after = dy.reshaped(plan.outputs, dy.size() / plan.outputs);
    Matrix<Scalar> error = after;
    if (plan.pool) {
      error = Matrix<Scalar>::Zero(before_relu.rows(), before_relu.cols());
      for (Index j = 0; j < after.cols(); ++j) {
        for (Index i = 0; i < after.rows(); ++i) error(i, chosen(i, j)) += after(i, j);
      }
    }
    if (plan.relu) {
      error.array() *= before_relu.array().unaryExpr(
          [=](Scalar v) { return v > 0 ? Scalar{1} : static_cast<Scalar>(leak); });
    }
    return error;
  }

  Matrix<Scalar> backward(const Matrix<Scalar>& error) {
    Matrix<Scalar> dx = Matrix<Scalar>::Zero(plan.inputs, error.cols());
    for (std::size_t place = 0; place < weights.size(); ++place) {
      gradient[place] = error * shifted[place].transpose();
      const Matrix<Scalar> part = weights[place].transpose() * error;
      for_overlap(static_cast<Index>(place), [&](Index from, Index to) { dx.col(to) += part.col(from); });
    }
    bias_gradient = error.rowwise().sum();
    return dx;
  }

  void move(const Rule& rule) {
    const auto rate = static_cast<Scalar>(rule.rate);
    const auto momentum = static_cast<Scalar>(rule.momentum);
    for (std::size_t place = 0; place < weights.size(); ++place) {
      velocity[place] = momentum * velocity[place] + gradient[place];
      weights[place] -= rate * velocity[place];
    }
    bias_velocity = momentum * bias_velocity + bias_gradient;
    bias -= rate * bias_velocity;
  }
};

/// Layers, softmax and mean cross entropy.
template <class Scalar>
struct Network {
  std::vector<Layer<Scalar>> layers;
  std::vector<Matrix<Scalar>> errors;  ///< of the last step, by each layer's product

  /// images: samples x height x width bytes. Leaves gradients and errors; returns the loss.
  double gradients(std::span<const std::uint8_t> images, std::span<const std::uint8_t> labels, Grid at,
                   double leak) {
    const Index channels = static_cast<Index>(images.size()) / at.columns();
    Matrix<Scalar> x(channels, at.columns());
    for (Index i = 0; i < x.size(); ++i) {
      x(i) = static_cast<Scalar>(images[static_cast<std::size_t>(i)]) / Scalar{255};
    }
    const auto samples = static_cast<Scalar>(at.samples);
    for (auto& layer : layers) x = layer.forward(std::move(x), at, leak);
    double loss = 0;
    for (Index n = 0; n < x.cols(); ++n) {
      const Index label = labels[static_cast<std::size_t>(n)];
      const Scalar largest = x.col(n).maxCoeff();
      const Scalar shifted = x(label, n) - largest;
      x.col(n) = (x.col(n).array() - largest).exp();
      const Scalar sum = x.col(n).sum();
      loss += std::log(static_cast<double>(sum)) - static_cast<double>(shifted);
      x.col(n) /= sum;
      x(label, n) -= 1;
    }
    x /= samples;
    errors.assign(layers.size(), {});
    for (std::size_t l = layers.size(); l-- > 0;) {
      errors[l] = layers[l].through_activation(x, leak);
      x = layers[l].backward(errors[l]);
    }
    return loss / static_cast<double>(samples);
  }

  void move(const Rule& rule) {
    for (auto& layer : layers) layer.move(rule);
  }
};

}  // namespace napier::eigen
