#include "models/units/vector_lane.hpp"

#include <array>

#include "models/design/widths.hpp"
#include "models/units/bin_adder_tree.hpp"
#include "models/units/lns_multiplier.hpp"

namespace napier {

VectorLane::VectorLane(const Design& design)
    : lns_(widths::is_lns(design)),
      format_(design.format),
      to_int_(design),
      scaler_(design),
      bins_(static_cast<std::size_t>(widths::bins(design))) {}

std::int64_t VectorLane::operator()(std::span<const Word> a, std::span<const Word> b) const {
  std::array<std::int64_t, 64> bin_sums{};
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!lns_) {
      bin_sums[0] +=
          static_cast<std::int64_t>(static_cast<std::int8_t>(a[i])) * static_cast<std::int8_t>(b[i]);
      continue;
    }
    const IntTerm term = to_int_(lns_multiply(format_, a[i], b[i]));
    add_to_bins({&term, 1}, bin_sums);
  }
  return scaler_(std::span(bin_sums).first(bins_));
}

}  // namespace napier
