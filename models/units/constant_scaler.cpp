#include "models/units/constant_scaler.hpp"

#include "models/design/widths.hpp"
#include "models/format/constants.hpp"

namespace napier {

ConstantScaler::ConstantScaler(const Design& design) : fraction_(design.datapath.const_bits) {
  if (widths::has_scaler(design)) constants_ = octave_constants(design.datapath.lut_bits, fraction_);
}

std::int64_t ConstantScaler::operator()(std::span<const std::int64_t> bin_sums) const {
  if (constants_.empty()) return bin_sums[0];
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < constants_.size(); ++i)
    sum += static_cast<std::int64_t>(constants_[i]) * bin_sums[i];
  return sum >> fraction_;
}

}  // namespace napier
