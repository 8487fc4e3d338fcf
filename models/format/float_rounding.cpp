#include "models/format/float_rounding.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "models/base/error.hpp"
#include "models/base/vector_clones.hpp"
#include "models/format/float_bits.hpp"

namespace napier {
namespace {

/// What the loops need of a format, in double precision.
struct Limits {
  std::int64_t min_exponent;  ///< biased as a double's
  std::int64_t mantissa_bits;
  double largest;
};

Limits limits(const Minifloat& format) {
  return {format.min_exponent() + 1023, format.mantissa_bits, double{format.max_value()}};
}

constexpr int kDoubleFraction = 52;

/// 2^(biased - 1023).
inline double power(std::int64_t biased) { return std::bit_cast<double>(biased << kDoubleFraction); }

/// Biased exponent of the last place that is kept of `magnitude`.
inline std::int64_t last_place(double magnitude, const Limits& l) {
  return std::max(std::bit_cast<std::int64_t>(magnitude) >> kDoubleFraction, l.min_exponent) -
         l.mantissa_bits;
}

/// To nearest, ties to even: a sum with 2^52 units is rounded at the unit by the adder itself.
inline double nearest(double magnitude, const Limits& l) {
  const double units = power(last_place(magnitude, l) + kDoubleFraction);
  return (magnitude + units) - units;
}

struct Sums {
  std::int64_t saturated = 0, underflowed = 0;
};

/// Of x[i] * factor / divisor, factor a power of two or zero.
NAPIER_VECTOR_CLONES
Sums round_nearest(const float* x, double factor, double divisor, float* out, std::size_t count, Limits l) {
  Sums sums;
  for (std::size_t i = 0; i < count; ++i) {
    const double scaled = double{x[i]} * factor / divisor;
    const double rounded = nearest(std::fabs(scaled), l);
    sums.saturated += rounded > l.largest ? 1 : 0;
    sums.underflowed += ((rounded == 0.0) & (x[i] != 0.0F)) ? 1 : 0;
    out[i] = static_cast<float>(std::copysign(std::min(rounded, l.largest), scaled));
  }
  return sums;
}

NAPIER_VECTOR_CLONES
Sums round_stochastic(const float* x, double factor, const std::uint32_t* random, float* out,
                      std::size_t count, Limits l) {
  Sums sums;
  for (std::size_t i = 0; i < count; ++i) {
    const double scaled = double{x[i]} * factor;
    const double magnitude = std::fabs(scaled);
    const std::int64_t place = last_place(magnitude, l);
    const double unit = power(place);
    const double units = magnitude * power(std::int64_t{2} * 1023 - place);
    const double whole = std::floor(units);
    const double up = static_cast<double>(random[i]) < (units - whole) * 0x1p32 ? 1.0 : 0.0;
    const double rounded = (whole + up) * unit;
    sums.saturated += magnitude > l.largest ? 1 : 0;
    sums.underflowed += ((rounded == 0.0) & (x[i] != 0.0F)) ? 1 : 0;
    out[i] = static_cast<float>(std::copysign(std::min(rounded, l.largest), scaled));
  }
  return sums;
}

void check_sizes(std::size_t x, std::size_t out) {
  if (x != out) throw InternalError("rounding to a format: sizes of input and output differ");
}

int floor_log2(float x) { return split(magnitude_bits(x)).exponent; }

}  // namespace

QuantizeCounts round_to_format(const Minifloat& format, std::span<const float> x, int k, std::span<float> out,
                               const TensorPlace& place) {
  check_sizes(x.size(), out.size());
  largest_magnitude(x, place);
  const Sums sums = round_nearest(x.data(), std::ldexp(1.0, -k), 1.0, out.data(), x.size(), limits(format));
  return {sums.saturated, sums.underflowed};
}

QuantizeCounts round_to_format(const Minifloat& format, std::span<const float> x, int k,
                               std::span<const std::uint32_t> random, std::span<float> out,
                               const TensorPlace& place) {
  check_sizes(x.size(), out.size());
  check_sizes(x.size(), random.size());
  largest_magnitude(x, place);
  const Sums sums =
      round_stochastic(x.data(), std::ldexp(1.0, -k), random.data(), out.data(), x.size(), limits(format));
  return {sums.saturated, sums.underflowed};
}

int power_of_two_scale(float largest, float limit) {
  if (largest == 0) return 0;
  const Split a = split(magnitude_bits(largest));
  const Split b = split(magnitude_bits(limit));
  return a.exponent - b.exponent + (a.fraction > b.fraction ? 1 : 0);
}

float block_limit(const BlockFormat& format) { return kE4m3Float.max_value() * format.element.max_value(); }

float block_scale(const BlockFormat& format, std::span<const float> x, int k) {
  std::uint32_t bits = 0;
  for (const float v : x) bits = std::max(bits, magnitude_bits(v));
  const float largest = std::bit_cast<float>(bits);
  if (format.e4m3_scale) {
    // The quotient's rounding decides nothing: a threshold times 6 is a float.
    const double wanted = std::ldexp(double{largest}, -k) / double{format.element.max_value()};
    return kE4m3Float.decode(kE4m3Float.encode(wanted));
  }
  if (largest == 0) return decode_e8m0(0);
  return std::ldexp(1.0F, std::max(floor_log2(largest) - format.element.max_exponent(), -127));
}

QuantizeCounts round_blocks(const BlockFormat& format, std::span<const float> x, int k,
                            std::span<float> elements, std::span<float> scales) {
  check_sizes(x.size(), elements.size());
  const auto block = static_cast<std::size_t>(format.block);
  check_sizes((x.size() + block - 1) / block, scales.size());
  const Limits l = limits(format.element);
  const double tensor = std::ldexp(1.0, -k);
  QuantizeCounts counts;
  for (std::size_t b = 0; b < scales.size(); ++b) {
    const std::size_t start = b * block;
    const std::size_t count = std::min(block, x.size() - start);
    scales[b] = block_scale(format, x.subspan(start, count), k);
    // The quotient's rounding decides nothing: a threshold times the scale is a float. With a scale of zero
    // everything is below half of the smallest number.
    const bool flushed = scales[b] == 0.0F;
    const Sums sums = round_nearest(x.data() + start, flushed ? 0.0 : tensor,
                                    flushed ? 1.0 : double{scales[b]}, elements.data() + start, count, l);
    counts += {sums.saturated, sums.underflowed};
  }
  return counts;
}

float decode_e8m0(std::uint8_t code) {
  return code == 255 ? std::numeric_limits<float>::quiet_NaN() : std::ldexp(1.0F, code - 127);
}

std::uint8_t encode_e8m0(int exponent) {
  if (exponent < -127 || exponent > 127) throw InternalError("E8M0 holds the exponents -127..127");
  return static_cast<std::uint8_t>(exponent + 127);
}

}  // namespace napier
