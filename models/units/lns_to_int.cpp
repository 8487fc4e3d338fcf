#include "models/units/lns_to_int.hpp"

#include "models/design/widths.hpp"
#include "models/format/constants.hpp"

namespace napier {

LnsToInt::LnsToInt(const Design& design)
    : format_(design.format),
      shift_(widths::term_shift(design)),
      bin_shift_(format_.gamma_log2 - widths::bin_bits(design)),
      half_up_(design.datapath.term_rounding == TermRounding::kHalfUp) {
  if (design.datapath.style == ConversionStyle::kPerElement) {
    mantissas_ = octave_constants(format_.gamma_log2, design.datapath.const_bits);
    bin_shift_ = format_.gamma_log2;
    return;
  }
  for (int r = 0; r < format_.gamma(); ++r) {
    const int low = r & ((1 << bin_shift_) - 1);
    mantissas_.push_back(static_cast<std::uint32_t>(format_.gamma() + low));
  }
}

IntTerm LnsToInt::operator()(const LnsProduct& product) const {
  if (product.zero) return {};
  const int quotient = product.exponent >> format_.gamma_log2;
  const int remainder = product.exponent & (format_.gamma() - 1);
  // (mantissa << q) >> shift in one shift, so that formats of many octaves need no wide integers.
  const std::int64_t value = mantissa(remainder);
  const int right = shift_ - quotient;
  std::int64_t magnitude = 0;
  if (right <= 0) {
    magnitude = value << -right;
  } else if (right < 63) {
    magnitude = (value + (half_up_ ? std::int64_t{1} << (right - 1) : 0)) >> right;
  }
  return {magnitude, remainder >> bin_shift_, product.negative};
}

}  // namespace napier
