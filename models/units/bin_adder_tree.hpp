#pragma once
#include <cstdint>
#include <span>

#include "models/units/lns_to_int.hpp"

namespace napier {

/// Adds each term, with its sign, to the sum of its bin. Exact: see widths::bin_sum_bits.
inline void add_to_bins(std::span<const IntTerm> terms, std::span<std::int64_t> bin_sums) {
  for (const IntTerm& t : terms) {
    bin_sums[static_cast<std::size_t>(t.bin)] += t.negative ? -t.magnitude : t.magnitude;
  }
}

}  // namespace napier
