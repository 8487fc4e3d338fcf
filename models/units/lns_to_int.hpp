#pragma once
#include <cstdint>
#include <vector>

#include "models/design/design.hpp"
#include "models/units/lns_multiplier.hpp"

namespace napier {

/// One product as an integer: `magnitude` in units of 2^-F of the top octave, in bin `bin`.
struct IntTerm {
  std::int64_t magnitude = 0;
  int bin = 0;
  bool negative = false;
};

/// Converts a product to its integer term.
///   per_element:        (C[r] << q) >> (Q + CF - F), one bin
///   binned, split_sign: ((gamma + r_L) << q) >> (Q + b - F), bin = the lut_bits high bits of r (Mitchell
///                       interpolation of the low bits r_L)
/// q, r: quotient and remainder of the exponent by gamma. term_rounding half_up adds half an LSB first.
class LnsToInt {
 public:
  explicit LnsToInt(const Design& design);
  IntTerm operator()(const LnsProduct& product) const;
  /// Mantissa that is shifted: C[r], or gamma + r_L.
  std::uint32_t mantissa(int remainder) const { return mantissas_[static_cast<std::size_t>(remainder)]; }

 private:
  LnsFormat format_;
  std::vector<std::uint32_t> mantissas_;
  int shift_;
  int bin_shift_;
  bool half_up_;
};

}  // namespace napier
