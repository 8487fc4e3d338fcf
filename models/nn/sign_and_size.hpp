#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>

/// Choices between floating-point numbers by integer operations on their bits: loops with them become vector
/// code, where branches on comparisons keep compilers from it.
namespace napier::nn {

/// x; or, where |x| is larger than `limit` or x is NaN, `limit` with x's sign.
inline float limited(float x, float limit) {
  constexpr std::uint32_t kSign = 0x80000000U;
  const auto bits = std::bit_cast<std::uint32_t>(x);
  return std::bit_cast<float>(std::min(bits & ~kSign, std::bit_cast<std::uint32_t>(limit)) | (bits & kSign));
}
inline double limited(double x, double limit) {
  constexpr std::uint64_t kSign = 0x8000000000000000U;
  const auto bits = std::bit_cast<std::uint64_t>(x);
  return std::bit_cast<double>(std::min(bits & ~kSign, std::bit_cast<std::uint64_t>(limit)) | (bits & kSign));
}

/// a where x's sign bit is set, else b.
inline float by_sign(float x, float a, float b) {
  const auto mask = static_cast<std::uint32_t>(std::bit_cast<std::int32_t>(x) >> 31);
  return std::bit_cast<float>((mask & std::bit_cast<std::uint32_t>(a)) |
                              (~mask & std::bit_cast<std::uint32_t>(b)));
}
inline double by_sign(double x, double a, double b) {
  const auto mask = static_cast<std::uint64_t>(std::bit_cast<std::int64_t>(x) >> 63);
  return std::bit_cast<double>((mask & std::bit_cast<std::uint64_t>(a)) |
                               (~mask & std::bit_cast<std::uint64_t>(b)));
}

}  // namespace napier::nn
