#include "models/units/fp_to_int.hpp"

#include "models/design/widths.hpp"
#include "models/format/number_format.hpp"

namespace napier {

FpToInt::FpToInt(const Design& design) : half_up_(design.datapath.term_rounding == TermRounding::kHalfUp) {
  const Minifloat& f = widths::fp8_format(design);
  shift_ = 2 * f.bias() + 2 * f.mantissa_bits - 2 - (design.datapath.term_bits - product_octave(f));
}

IntTerm FpToInt::operator()(const FpProduct& product) const {
  // At most 49 * 2^58 (E5M2) and half of 2^46 or less: 64 bits without a sign hold it.
  const std::uint64_t shifted = static_cast<std::uint64_t>(product.significand) << (product.exponent - 2);
  const std::uint64_t half = half_up_ ? std::uint64_t{1} << (shift_ - 1) : 0;
  return {static_cast<std::int64_t>((shifted + half) >> shift_), 0, product.negative};
}

}  // namespace napier
