#include "models/gemm/product_table.hpp"

#include <algorithm>

#include "models/design/widths.hpp"
#include "models/units/constant_scaler.hpp"
#include "models/units/lns_to_int.hpp"

namespace napier {

ProductTable::ProductTable(const Design& design) : by_attenuation(511, 0) {
  const LnsToInt convert(design);
  const ConstantScaler scaler(design);
  const bool scaled = !scaler.constants().empty();
  shift = scaled ? design.datapath.const_bits : 0;
  folds = (shift + 7) / 8;
  const int largest_exponent = 2 * LnsFormat(design.format).max_code();
  for (int p = 0; p <= largest_exponent; ++p) {
    const IntTerm term = convert({p, false, false});
    const std::int64_t constant = scaled ? scaler.constants()[static_cast<std::size_t>(term.bin)] : 1;
    const int attenuation = largest_exponent - p;
    const std::int64_t value = constant * term.magnitude;
    by_attenuation[static_cast<std::size_t>(attenuation)] = value;
    largest = std::max(largest, value);
    if (value != 0) used = std::max(used, attenuation + 1);
  }
  for (const std::int64_t value : by_attenuation) low32.push_back(static_cast<std::int32_t>(value));
  for (std::size_t plane = 0; plane < planes.size(); ++plane) {
    for (std::size_t i = 0; i < 256; ++i) {
      const std::uint64_t scaled_value = static_cast<std::uint64_t>(by_attenuation[i]) << (8 * folds - shift);
      const auto byte = static_cast<std::uint8_t>(scaled_value >> (8 * plane));
      planes[plane].bytes[i] = byte;
      if (byte != 0) planes[plane].used = static_cast<int>(i) + 1;
    }
  }
}

}  // namespace napier
