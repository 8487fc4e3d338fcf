#pragma once
#include <cmath>
#include <deque>
#include <string>

#include "models/base/error.hpp"
#include "models/nn/engine.hpp"

namespace napier::nn {

/// Products by their definitions, in plain loops and in Real. Shows what networks leave with their engine.
template <class Real>
class ReferenceEngine : public Engine<Real> {
 public:
  struct Weights : Matrix {
    std::string name;
    int rows = 0, columns = 0;
    std::vector<Real> values, gradient;
  };

  std::deque<Weights> matrices;
  std::deque<HostTensor<Real>> host_tensors;

  Site& site(const std::string& name, Role) override {
    Place& place = sites_.emplace_back();
    place.name = name;
    return place;
  }

  Matrix& matrix(const std::string& name, int rows, int columns, std::span<const Real> initial) override {
    require(initial.size() == area(rows, columns), name);
    Weights& weights = matrices.emplace_back();
    weights.name = name;
    weights.rows = rows;
    weights.columns = columns;
    weights.values.assign(initial.begin(), initial.end());
    weights.gradient.resize(initial.size());
    return weights;
  }

  HostTensor<Real>& host_tensor(const std::string& name, std::vector<Real> initial) override {
    std::vector<Real> gradient(initial.size());
    return host_tensors.emplace_back(HostTensor<Real>{name, std::move(initial), std::move(gradient)});
  }

  std::unique_ptr<Operand> operand(Site& site, std::span<const Real> x) override {
    for (const Real value : x) {
      if (!std::isfinite(value)) {
        throw InputError(static_cast<const Place&>(site).name + ": a number is not finite");
      }
    }
    auto numbers = std::make_unique<Numbers>();
    numbers->values.assign(x.begin(), x.end());
    return numbers;
  }

  void forward(const Matrix& w, const Convolution& shape, const Operand& x, const HostTensor<Real>* bias,
               std::span<Real> y) override {
    const std::vector<Real>& weights = checked(w, shape).values;
    const std::vector<Real>& in = values(x, input_size(shape));
    require(y.size() == output_size(shape), "y");
    for (std::size_t i = 0; i < y.size(); ++i) {
      y[i] = bias == nullptr ? Real{0} : bias->values[i % static_cast<std::size_t>(shape.outputs)];
    }
    for_terms(shape, [&](std::size_t out, std::size_t weight, std::size_t from) {
      y[out] += weights[weight] * in[from];
    });
  }

  void input_gradient(const Matrix& w, const Convolution& shape, const Operand& dy,
                      std::span<Real> dx) override {
    const std::vector<Real>& weights = checked(w, shape).values;
    const std::vector<Real>& error = values(dy, output_size(shape));
    require(dx.size() == input_size(shape), "dx");
    std::fill(dx.begin(), dx.end(), Real{0});
    for_terms(shape, [&](std::size_t out, std::size_t weight, std::size_t from) {
      dx[from] += weights[weight] * error[out];
    });
  }

  void weight_gradient(Matrix& w, const Convolution& shape, const Operand& x, const Operand& dy) override {
    checked(w, shape);
    std::vector<Real>& gradient = static_cast<Weights&>(w).gradient;
    const std::vector<Real>& in = values(x, input_size(shape));
    const std::vector<Real>& error = values(dy, output_size(shape));
    std::fill(gradient.begin(), gradient.end(), Real{0});
    for_terms(shape, [&](std::size_t out, std::size_t weight, std::size_t from) {
      gradient[weight] += in[from] * error[out];
    });
  }

  void batched(const BatchedProduct& shape, const Operand& a, const Operand& b, bool,
               std::span<Real> out) override {
    const auto [batch, m, n, k, a_transposed, b_transposed] = shape;
    const std::vector<Real>& left = values(a, area(batch * m, k));
    const std::vector<Real>& right = values(b, area(batch * n, k));
    require(out.size() == area(batch * m, n), "out");
    const auto at = [](int i, int row, int column, int rows, int columns, bool transposed) {
      return transposed ? area(i * columns + column, rows) + static_cast<std::size_t>(row)
                        : area(i * rows + row, columns) + static_cast<std::size_t>(column);
    };
    for (int i = 0; i < batch; ++i) {
      for (int row = 0; row < n; ++row) {
        for (int column = 0; column < m; ++column) {
          Real sum{0};
          for (int inner = 0; inner < k; ++inner) {
            sum +=
                left[at(i, column, inner, m, k, a_transposed)] * right[at(i, row, inner, n, k, b_transposed)];
          }
          out[area(i * n + row, m) + static_cast<std::size_t>(column)] = sum;
        }
      }
    }
  }

 private:
  struct Place : Site {
    std::string name;
  };
  struct Numbers : Operand {
    std::vector<Real> values;
  };

  static std::size_t area(int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); }
  static std::size_t input_size(const Convolution& shape) {
    return area(shape.input_pixels(), shape.channels);
  }
  static std::size_t output_size(const Convolution& shape) {
    return area(shape.output_pixels(), shape.outputs);
  }
  static void require(bool fits, const std::string& what) {
    if (!fits) throw InternalError(what + " is of the wrong size");
  }
  static const std::vector<Real>& values(const Operand& operand, std::size_t size) {
    const std::vector<Real>& numbers = static_cast<const Numbers&>(operand).values;
    require(numbers.size() == size, "an operand");
    return numbers;
  }
  static const Weights& checked(const Matrix& matrix, const Convolution& shape) {
    const auto& weights = static_cast<const Weights&>(matrix);
    require(weights.rows == shape.outputs && weights.columns == shape.patch(), weights.name);
    return weights;
  }

  /// body(place in y, place in w, place in x) for every product of the convolution.
  template <class Body>
  static void for_terms(const Convolution& s, const Body& body) {
    for (int pixel = 0; pixel < s.output_pixels(); ++pixel) {
      const int column = pixel % s.output_width();
      const int row = pixel / s.output_width() % s.output_height();
      const int sample = pixel / s.output_width() / s.output_height();
      for (int patch = 0; patch < s.patch(); ++patch) {
        const int channel = patch % s.channels;
        const int x = column * s.stride - s.padding + patch / s.channels % s.kernel_width;
        const int y = row * s.stride - s.padding + patch / s.channels / s.kernel_width;
        if (x < 0 || x >= s.width || y < 0 || y >= s.height) continue;
        const std::size_t from =
            area((sample * s.height + y) * s.width + x, s.channels) + static_cast<std::size_t>(channel);
        for (int output = 0; output < s.outputs; ++output) {
          body(area(pixel, s.outputs) + static_cast<std::size_t>(output),
               area(output, s.patch()) + static_cast<std::size_t>(patch), from);
        }
      }
    }
  }

  std::deque<Place> sites_;
};

}  // namespace napier::nn
