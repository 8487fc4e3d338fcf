#include "models/nn/layer.hpp"

#include <string>

#include "models/base/error.hpp"

namespace napier::nn {

int samples(std::size_t numbers, const Shape& shape) {
  if (numbers == 0 || numbers % shape.size() != 0) {
    throw InternalError("a tensor of " + std::to_string(numbers) + " numbers holds no whole samples of " +
                        std::to_string(shape.size()));
  }
  return static_cast<int>(numbers / shape.size());
}

}  // namespace napier::nn
