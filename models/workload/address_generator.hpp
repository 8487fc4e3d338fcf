#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// How an operand of a matrix product is fetched from the tensor that holds it, without ever writing the
/// matrix down: nested counters whose steps add up to an address. For a convolution the matrix has each pixel
/// once for every place of the kernel; the tensor has it once.
namespace napier {

/// One counter, 0 <= index < extent. Each step adds to the address (in elements) and, where the tensor is an
/// image, to the row and the column that have to lie inside it.
struct AddressLoop {
  std::string name;
  std::int64_t extent = 1;
  std::int64_t step = 0;
  std::int64_t image_row = 0, image_column = 0;
};

/// The element at (row, position): the counters of `rows` count the row, those of `positions` the position
/// along k, the last of each fastest.
struct AddressGenerator {
  std::vector<AddressLoop> rows, positions;
  std::int64_t base = 0;           ///< address where all counters are 0; may lie outside the tensor
  std::int64_t origin_row = 0;     ///< image row where all counters are 0
  std::int64_t origin_column = 0;  ///< image column where all counters are 0
  std::int64_t image_rows = 1, image_columns = 1;

  /// Address of an element; nothing where it lies in the padding, whose zero no memory holds.
  std::optional<std::int64_t> address(std::int64_t row, std::int64_t position) const;

  /// Elements that a walk over all rows and positions fetches, padding apart.
  std::int64_t fetched(const std::string& place) const;
  /// Different elements among them.
  std::int64_t distinct(const std::string& place) const;
};

}  // namespace napier
