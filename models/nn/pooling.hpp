#pragma once
#include <cstdint>
#include <string>

#include "models/nn/layer.hpp"

namespace napier::nn {

/// Windows that do not overlap; rows and columns that fill no window are left out.
struct Window {
  int height, width;
};

/// What is left of an image. InputError naming `name` where not one window fits.
Shape pooled(const std::string& name, const Shape& input, const Window& window);

/// The largest number of each window; of equal ones the first in row order receives the gradient. NaN
/// counts as largest.
template <class Real>
class MaxPooling : public Layer<Real> {
 public:
  MaxPooling(const Builder<Real>& builder, const std::string& name, const Shape& input, const Window& window);
  Shape output() const override { return output_; }
  Tensor<Real> forward(Tensor<Real> x, Mode mode) override;
  Tensor<Real> backward(Tensor<Real> dy) override;

 private:
  const Parallel& threads_;
  Shape input_, output_;
  Window window_;
  std::vector<std::uint32_t> chosen_;  ///< place within the sample of each output's largest number
};

/// The mean of each window, summed in row order; a window as large as the image pools globally.
template <class Real>
class AveragePooling : public Layer<Real> {
 public:
  AveragePooling(const Builder<Real>& builder, const std::string& name, const Shape& input,
                 const Window& window);
  Shape output() const override { return output_; }
  Tensor<Real> forward(Tensor<Real> x, Mode mode) override;
  Tensor<Real> backward(Tensor<Real> dy) override;

 private:
  const Parallel& threads_;
  Shape input_, output_;
  Window window_;
};

}  // namespace napier::nn
