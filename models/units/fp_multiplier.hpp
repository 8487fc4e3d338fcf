#pragma once
#include "models/format/lns_format.hpp"
#include "models/format/minifloat.hpp"

namespace napier {

/// The exact product of two small floats, not normalised:
///   (-1)^negative * significand * 2^(exponent - 2 bias - 2 mantissa_bits).
struct FpProduct {
  int significand = 0;  ///< product of two significands, hidden bits included: 2 (mantissa_bits + 1) bits
  int exponent = 2;     ///< sum of two biased exponents; that of a subnormal number or a zero is 1
  bool negative = false;
};

/// Multiplies significands and adds exponents; signs XOR. a, b: numbers of the format, no infinity or NaN.
inline FpProduct fp_multiply(const Minifloat& f, Word a, Word b) {
  struct Parts {
    int significand, exponent;
    bool negative;
  };
  const auto parts = [&f](Word word) -> Parts {
    const int exponent = (word & (f.sign_code() - 1)) >> f.mantissa_bits;
    const int fraction = word & ((1 << f.mantissa_bits) - 1);
    const bool subnormal = exponent == 0;
    return {subnormal ? fraction : fraction | 1 << f.mantissa_bits, subnormal ? 1 : exponent,
            (word & f.sign_code()) != 0};
  };
  const Parts x = parts(a), y = parts(b);
  return {x.significand * y.significand, x.exponent + y.exponent, x.negative != y.negative};
}

}  // namespace napier
