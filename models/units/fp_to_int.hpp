#pragma once
#include "models/design/design.hpp"
#include "models/units/fp_multiplier.hpp"
#include "models/units/lns_to_int.hpp"

namespace napier {

/// Converts an exact FP8 product to its integer term:
///   (significand << (exponent - 2)) >> shift,   shift = 2 bias + 2 mantissa_bits - 2 - (F - T),
/// T the octave of the format's largest product: product * 2^(F - T), the rest dropped (term_rounding half_up
/// adds half a unit to the magnitude first). One bin.
class FpToInt {
 public:
  explicit FpToInt(const Design& design);
  IntTerm operator()(const FpProduct& product) const;
  /// Bits of the shifted significand below a term's lowest one; above 0 in every design.
  int shift() const { return shift_; }

 private:
  int shift_;
  bool half_up_;
};

}  // namespace napier
