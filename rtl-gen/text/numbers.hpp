#pragma once
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "models/design/widths.hpp"

/// Small pieces of Verilog text.
namespace napier::rtl {

/// Bits of an index that counts n things: at least one.
inline int index_bits(int n) { return std::max(1, widths::ceil_log2(n)); }

/// A sized literal, for instance 9'd279.
inline std::string literal(int bits, std::uint64_t value) {
  return std::to_string(bits) + "'d" + std::to_string(value);
}

/// A sized signed literal, for instance -24'sd16384; the magnitude must fit `bits` - 1 bits.
inline std::string signed_literal(int bits, std::int64_t value) {
  return (value < 0 ? "-" : "") + std::to_string(bits) + "'sd" + std::to_string(value < 0 ? -value : value);
}

inline std::string join(const std::vector<std::string>& parts, const std::string& separator) {
  std::string result;
  for (const std::string& part : parts) result += (result.empty() ? "" : separator) + part;
  return result;
}

}  // namespace napier::rtl
