#pragma once
#include <cstdint>

/// Floating-point formats of up to 16 bits: sign, exponent, mantissa, from the highest bit down, with
/// subnormal numbers and the bias 2^(exponent bits - 1) - 1. Codes and values both ways, by integers alone.
namespace napier {

/// What the codes of the largest exponents mean.
enum class Specials {
  kIeee,       ///< all-ones exponent: infinities and NaN (IEEE 754, 3.4; OCP FP8 v1.0's E5M2)
  kSingleNan,  ///< only all ones is NaN, there is no infinity (OCP FP8 v1.0's E4M3)
  kNone,       ///< every code is a number (OCP MX v1.0's FP4)
};

struct Minifloat {
  int exponent_bits;  ///< 2..8
  int mantissa_bits;  ///< 1..10
  Specials specials;

  constexpr int bits() const { return 1 + exponent_bits + mantissa_bits; }
  constexpr int bias() const { return (1 << (exponent_bits - 1)) - 1; }
  /// Exponent of the smallest normal number, and of all subnormal ones.
  constexpr int min_exponent() const { return 1 - bias(); }
  /// Exponent of the largest number: OCP MX's emax.
  constexpr int max_exponent() const { return (max_code() >> mantissa_bits) - bias(); }
  /// Code of the largest finite magnitude.
  constexpr int max_code() const {
    const int all = (1 << (exponent_bits + mantissa_bits)) - 1;
    if (specials == Specials::kNone) return all;
    return specials == Specials::kSingleNan ? all - 1 : all - (1 << mantissa_bits);
  }
  constexpr int sign_code() const { return 1 << (exponent_bits + mantissa_bits); }
  /// Largest finite magnitude.
  float max_value() const { return decode(static_cast<std::uint16_t>(max_code())); }

  /// Whether a code means a finite number, neither infinity nor NaN. Bits above the format's are ignored.
  constexpr bool is_number(int code) const { return (code & (sign_code() - 1)) <= max_code(); }

  /// The number a code stands for, exactly; infinity or a quiet NaN where the code means that. Bits above the
  /// format's are ignored.
  float decode(std::uint16_t code) const;

  /// Nearest code, ties to the even one. Saturates: what rounds above the largest finite magnitude, infinity
  /// too, becomes it (OCP FP8 v1.0's saturating conversion). NaN becomes the NaN of the largest code;
  /// InternalError where the format has none.
  std::uint16_t encode(double x) const;

  /// One of the two neighbouring codes: the upper magnitude with a probability within 2^-32 above exact, for
  /// `random` uniform. Saturates as the other.
  std::uint16_t encode(double x, std::uint32_t random) const;
};

inline constexpr Minifloat kFp16Float{5, 10, Specials::kIeee};  ///< IEEE 754 binary16
inline constexpr Minifloat kBf16Float{8, 7, Specials::kIeee};   ///< upper half of IEEE 754 binary32
inline constexpr Minifloat kE4m3Float{4, 3, Specials::kSingleNan};
inline constexpr Minifloat kE5m2Float{5, 2, Specials::kIeee};
inline constexpr Minifloat kE2m1Float{2, 1, Specials::kNone};

}  // namespace napier
