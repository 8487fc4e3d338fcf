#pragma once
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace napier {

/// An array on its way to or from other programs: NumPy, HDF5 readers, tables. The last index varies fastest.
struct Array {
  using Values =
      std::variant<std::vector<std::uint8_t>, std::vector<std::uint16_t>, std::vector<std::int32_t>,
                   std::vector<std::int64_t>, std::vector<float>, std::vector<double>, std::string>;

  std::string name;                 ///< a slash separates groups, as in "layer0/weights"
  std::vector<std::int64_t> shape;  ///< empty for a single number and for text
  Values values;                    ///< as many as the shape says; or one text
  std::string unit;                 ///< "" where there is none
  std::string meaning;              ///< one line; its indices as [n][m]

  bool is_text() const { return std::holds_alternative<std::string>(values); }
};

/// Product of the sizes; 1 for no sizes.
std::int64_t element_count(const std::vector<std::int64_t>& shape);

/// "[60][784]", or "[]" for a single number.
std::string shape_text(const std::vector<std::int64_t>& shape);

/// The values as floats, each the nearest. InputError, naming the array, for text.
std::vector<float> to_floats(const Array& array);

}  // namespace napier
