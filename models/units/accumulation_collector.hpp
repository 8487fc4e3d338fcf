#pragma once
#include <cstdint>

#include "models/design/design.hpp"

namespace napier {

/// acc + addend in `bits` two's complement bits. overflow saturate clamps, wrap keeps the low bits; either
/// way `overflowed` says whether the exact sum did not fit.
struct AccumulateResult {
  std::int32_t value;
  bool overflowed;
};

inline AccumulateResult accumulate(std::int64_t acc, std::int64_t addend, int bits, Overflow overflow) {
  const std::int64_t high = (std::int64_t{1} << (bits - 1)) - 1;
  const std::int64_t low = -high - 1;
  const std::int64_t sum = acc + addend;
  if (sum >= low && sum <= high) return {static_cast<std::int32_t>(sum), false};
  if (overflow == Overflow::kSaturate) return {static_cast<std::int32_t>(sum > high ? high : low), true};
  const auto unused = static_cast<unsigned>(64 - bits);
  const auto kept = static_cast<std::int64_t>(static_cast<std::uint64_t>(sum) << unused) >> unused;
  return {static_cast<std::int32_t>(kept), true};
}

}  // namespace napier
