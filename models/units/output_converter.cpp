#include "models/units/output_converter.hpp"

#include "models/design/widths.hpp"

namespace napier {

OutputConverter::OutputConverter(const Design& design, const PostSettings& settings)
    : unit_(design),
      settings_(settings),
      noise_(settings.random_key),
      stochastic_(widths::is_stochastic(design)) {}

void OutputConverter::use(const PostSettings& settings) {
  settings_ = settings;
  noise_ = RoundingNoise(settings.random_key);
}

PostResult OutputConverter::operator()(std::int32_t accumulator, int row_scale, int m, int n) const {
  PostSettings of_row = settings_;
  of_row.bias_k += row_scale;
  return unit_(accumulator, of_row, stochastic_ ? rounding_bits(noise_(noise_index(m, n))) : 0);
}

}  // namespace napier
