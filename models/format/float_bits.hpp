#pragma once
#include <bit>
#include <cstdint>

/// Floats taken apart, so that decisions on them are decisions on integers.
namespace napier {

constexpr int kMantissaBits = 23;
constexpr std::uint32_t kFractionMask = (1U << kMantissaBits) - 1;
constexpr std::uint32_t kInfinityBits = 0x7F800000;  ///< NaN and infinity are not below it

inline std::uint32_t magnitude_bits(float x) { return std::bit_cast<std::uint32_t>(x) & 0x7FFFFFFF; }

/// A positive float as 2^exponent * (1 + fraction / 2^23).
struct Split {
  int exponent;
  std::uint32_t fraction;
};

/// Of the bits of a positive finite float, subnormal ones included.
inline Split split(std::uint32_t magnitude) {
  const auto biased = static_cast<int>(magnitude >> kMantissaBits);
  if (biased != 0) return {biased - 127, magnitude & kFractionMask};
  const int missing = kMantissaBits + 1 -
                      static_cast<int>(std::bit_width(magnitude));  // leading zeros of a subnormal mantissa
  return {-126 - missing, (magnitude << missing) & kFractionMask};
}

}  // namespace napier
