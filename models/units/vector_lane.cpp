#include "models/units/vector_lane.hpp"

#include <algorithm>
#include <array>

#include "models/design/widths.hpp"
#include "models/units/bin_adder_tree.hpp"
#include "models/units/lns_multiplier.hpp"

namespace napier {

VectorLane::VectorLane(const Design& design)
    : lns_(widths::is_lns(design)),
      fp8_(widths::is_fp8(design)),
      format_(design.format),
      to_int_(design),
      fp8_format_(widths::fp8_format(design)),
      fp_to_int_(design),
      scaler_(design),
      bins_(static_cast<std::size_t>(widths::bins(design))) {}

std::int64_t VectorLane::operator()(std::span<const Word> a, std::span<const Word> b, int octaves) const {
  if (!lns_ && !fp8_) return sum_of_integers(a, b);
  std::array<std::int64_t, 64> bin_sums{};
  for (std::size_t i = 0; i < a.size(); ++i) {
    const IntTerm term =
        lns_ ? to_int_(lns_multiply(format_, a[i], b[i])) : fp_to_int_(fp_multiply(fp8_format_, a[i], b[i]));
    add_to_bins({&term, 1}, bin_sums);
  }
  return scaler_(std::span(bin_sums).first(bins_)) >> std::min(octaves, 63);
}

std::int64_t VectorLane::sum_of_integers(std::span<const Word> a, std::span<const Word> b) const {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += static_cast<std::int64_t>(static_cast<std::int8_t>(a[i])) * static_cast<std::int8_t>(b[i]);
  }
  return sum;
}

}  // namespace napier
