#include "models/format/minifloat.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/base/error.hpp"

namespace napier {
namespace {

/// A magnitude cut at the format's last place: kept units, and what was cut off in fractions of a unit.
struct Cut {
  int code;         ///< of the kept units: the neighbour below, or the number itself
  double fraction;  ///< in [0, 1), exact
};

/// x: finite, not negative.
Cut cut(const Minifloat& format, double x) {
  if (x == 0) return {0, 0};
  const int exponent = std::max(std::ilogb(x), format.min_exponent());
  const double units = std::scalbn(x, format.mantissa_bits - exponent);  // exact: below 2^(mantissa bits + 1)
  const double whole = std::floor(units);
  // A normal number's units hold the hidden one, which counts as one exponent.
  const int code = ((exponent - format.min_exponent()) << format.mantissa_bits) + static_cast<int>(whole);
  return {code, units - whole};
}

/// up(cut): whether the neighbour above is taken.
template <class Up>
std::uint16_t encode_by(const Minifloat& format, double x, Up up) {
  const int sign = std::signbit(x) ? format.sign_code() : 0;
  if (std::isnan(x)) {
    if (format.specials == Specials::kNone) throw InternalError("a format without NaN cannot hold one");
    return static_cast<std::uint16_t>(sign | (format.sign_code() - 1));
  }
  const double magnitude = std::fabs(x);
  // Beyond twice the largest number nothing is left to decide, and its code might not fit.
  if (magnitude >= 2.0 * double{format.max_value()})
    return static_cast<std::uint16_t>(sign | format.max_code());
  const Cut c = cut(format, magnitude);
  return static_cast<std::uint16_t>(sign | std::min(c.code + (up(c) ? 1 : 0), format.max_code()));
}

}  // namespace

float Minifloat::decode(std::uint16_t code) const {
  const int magnitude = code & (sign_code() - 1);
  const float sign = (code & sign_code()) != 0 ? -1.0F : 1.0F;
  if (magnitude > max_code()) {
    const bool infinite = specials == Specials::kIeee && magnitude == max_code() + 1;
    return std::copysign(
        infinite ? std::numeric_limits<float>::infinity() : std::numeric_limits<float>::quiet_NaN(), sign);
  }
  const int exponent = magnitude >> mantissa_bits;
  const int fraction = magnitude & ((1 << mantissa_bits) - 1);
  const int significand = exponent == 0 ? fraction : fraction | 1 << mantissa_bits;
  return sign * std::scalbn(static_cast<float>(significand), std::max(exponent, 1) - bias() - mantissa_bits);
}

std::uint16_t Minifloat::encode(double x) const {
  return encode_by(*this, x,
                   [](const Cut& c) { return c.fraction > 0.5 || (c.fraction == 0.5 && c.code % 2 != 0); });
}

std::uint16_t Minifloat::encode(double x, std::uint32_t random) const {
  return encode_by(*this, x, [random](const Cut& c) { return random < std::ldexp(c.fraction, 32); });
}

}  // namespace napier
