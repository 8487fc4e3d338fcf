#pragma once
#include <bit>
#include <cstdint>

/// Elementary functions made of IEEE additions, multiplications and divisions alone. The C library's differ
/// in the last bit between machines, and a bit is enough to train another network.
namespace napier {

/// e^x for finite x; 0 below -708, InternalError above 708. Within 4 units in the last place.
double portable_exp(double x);

/// Natural logarithm of a finite, normal x > 0. Within 2 units in the last place, or 2^-53 near x = 1.
double portable_log(double x);

/// 2^x for -127 <= x <= 127. Within 2 units in the last place, and 0 below -126.5. Here, so that loops can be
/// compiled to vector code.
inline float portable_exp2(float x) {
  const float shifted = x + 0.5F;
  const auto truncated = static_cast<float>(static_cast<std::int32_t>(shifted));
  const float octaves = truncated - (truncated > shifted ? 1.0F : 0.0F);  // floor(x + 1/2), as vectors too
  const float r = (x - octaves) * 0x1.62e43p-1F;  // 2^(x - octaves) = e^r, |r| <= 0.35
  // Taylor: the first dropped term is r^8/8! < 2^-27.
  const float sum =
      1.0F +
      r * (1.0F +
           r * (1.0F / 2 +
                r * (1.0F / 6 + r * (1.0F / 24 + r * (1.0F / 120 + r * (1.0F / 720 + r * (1.0F / 5040)))))));
  const auto scale = static_cast<std::uint32_t>(static_cast<std::int32_t>(octaves) + 127) << 23;
  return sum * std::bit_cast<float>(scale);
}

}  // namespace napier
