#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "models/design/design.hpp"

namespace napier {

/// Joins the bins: (sum of C[bin] * bin_sum) >> CF, an arithmetic shift (floor). With one bin the sum passes.
/// C[bin] = round(2^(bin / 2^lut_bits) * 2^CF).
class ConstantScaler {
 public:
  explicit ConstantScaler(const Design& design);
  std::int64_t operator()(std::span<const std::int64_t> bin_sums) const;
  /// Empty where the design has no scaler.
  const std::vector<std::uint32_t>& constants() const { return constants_; }

 private:
  std::vector<std::uint32_t> constants_;
  int fraction_;
};

}  // namespace napier
