#pragma once
#include <string>

#include "models/nn/shape.hpp"

namespace napier::nn {

/// InputError naming `key` where `value` is not in low..high.
void check_range(const std::string& key, int value, int low, int high);
/// An image of 1..4096 rows and columns, 1..4096 channels.
void check_image(const Shape& image);

}  // namespace napier::nn
