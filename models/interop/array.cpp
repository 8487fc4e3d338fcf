#include "models/interop/array.hpp"

#include <type_traits>

#include "models/base/error.hpp"

namespace napier {

std::int64_t element_count(const std::vector<std::int64_t>& shape) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  return count;
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  if (shape.empty()) return "[]";
  std::string text;
  for (const std::int64_t size : shape) text += "[" + std::to_string(size) + "]";
  return text;
}

std::vector<float> to_floats(const Array& array) {
  return std::visit(
      [&](const auto& values) -> std::vector<float> {
        if constexpr (std::is_same_v<std::decay_t<decltype(values)>, std::string>) {
          throw InputError("array '" + array.name + "' is text, not numbers");
        } else {
          std::vector<float> floats;
          floats.reserve(values.size());
          for (const auto value : values) floats.push_back(static_cast<float>(value));
          return floats;
        }
      },
      array.values);
}

}  // namespace napier
