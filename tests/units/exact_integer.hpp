#pragma once
#include <gmpxx.h>

#include <stdexcept>

#include "models/design/design.hpp"

/// Specifications in whole numbers only: a power of two with a fractional exponent is an integer root.
/// Nothing here is shared with the product, whose constants come from MPFR's exponential and logarithm.
namespace napier::exact {

using Integer = mpz_class;

constexpr int kBracketBits = 256;

/// A real number x with low <= x * 2^kBracketBits <= high.
struct Bracket {
  Integer low, high;
};

inline Integer shift_left(const Integer& x, long bits) {
  Integer out;
  mpz_mul_2exp(out.get_mpz_t(), x.get_mpz_t(), static_cast<unsigned long>(bits));
  return out;
}

/// floor(x / 2^bits)
inline Integer shift_right(const Integer& x, long bits) {
  Integer out;
  mpz_fdiv_q_2exp(out.get_mpz_t(), x.get_mpz_t(), static_cast<unsigned long>(bits));
  return out;
}

/// 2^(numerator/denominator), numerator >= 0
inline Bracket power_of_two(long numerator, unsigned long denominator) {
  const Integer radicand = shift_left(1, numerator + kBracketBits * static_cast<long>(denominator));
  Bracket x;
  const bool is_exact = mpz_root(x.low.get_mpz_t(), radicand.get_mpz_t(), denominator) != 0;
  x.high = x.low + (is_exact ? 0 : 1);
  return x;
}

/// What divides code r from code r+1 in [1, 2).
inline Bracket code_threshold(Rounding rounding, long r, unsigned long gamma) {
  if (rounding == Rounding::kLogNearest) return power_of_two(2 * r + 1, 2 * gamma);
  const Bracket lower = power_of_two(r, gamma);
  const Bracket upper = power_of_two(r + 1, gamma);
  return {shift_right(lower.low + upper.low, 1), shift_right(lower.high + upper.high + 1, 1)};
}

/// x * 2^fraction_bits to the nearest integer; throws where the bracket is too wide to tell.
inline Integer nearest(const Bracket& x, int fraction_bits) {
  const Integer half = shift_left(1, kBracketBits - fraction_bits - 1);
  const Integer low = shift_right(x.low + half, kBracketBits - fraction_bits);
  if (low != shift_right(x.high + half, kBracketBits - fraction_bits))
    throw std::logic_error("bracket too wide");
  return low;
}

/// Smallest integer not below x * 2^fraction_bits.
inline Integer ceiling(const Bracket& x, int fraction_bits) {
  const Integer low = -shift_right(-x.low, kBracketBits - fraction_bits);
  if (low != -shift_right(-x.high, kBracketBits - fraction_bits)) throw std::logic_error("bracket too wide");
  return low;
}

}  // namespace napier::exact
