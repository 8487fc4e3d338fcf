#pragma once
#include <cstddef>
#include <vector>

namespace napier::nn {

/// Numbers of one sample, stored [row][column][channel]. Vectors are 1 x 1 images; sequences have one row.
struct Shape {
  int height = 1, width = 1, channels = 1;

  std::size_t pixels() const { return static_cast<std::size_t>(height) * static_cast<std::size_t>(width); }
  std::size_t size() const { return pixels() * static_cast<std::size_t>(channels); }
  bool operator==(const Shape&) const = default;
};

/// Samples one after another; whoever reads it knows the shape of one.
template <class Real>
using Tensor = std::vector<Real>;

}  // namespace napier::nn
