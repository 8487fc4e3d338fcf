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
  std::int64_t shifted = static_cast<std::int64_t>(mantissa(remainder)) << quotient;
  if (half_up_ && shift_ > 0) shifted += std::int64_t{1} << (shift_ - 1);
  return {shifted >> shift_, remainder >> bin_shift_, product.negative};
}

}  // namespace napier
