#include "models/nn/ranges.hpp"

#include "models/base/error.hpp"

namespace napier::nn {

void check_range(const std::string& key, int value, int low, int high) {
  if (value < low || value > high) {
    throw InputError("network: " + key + " is " + std::to_string(value) + "; give " + std::to_string(low) +
                     " to " + std::to_string(high));
  }
}

void check_image(const Shape& image) {
  constexpr int kMost = 4096;
  check_range("image height", image.height, 1, kMost);
  check_range("image width", image.width, 1, kMost);
  check_range("image channels", image.channels, 1, kMost);
}

}  // namespace napier::nn
