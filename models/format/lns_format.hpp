#pragma once
#include <cstdint>

#include "models/design/design.hpp"

namespace napier {

/// An operand word of any format.kind, in its low `format.bits` bits.
/// LNS: sign in bit B-1, exponent code below it. INT8: two's complement.
using Word = std::uint8_t;

/// The logarithmic number format: value = (-1)^s * S * 2^((e - E)/gamma), S the scale of the tensor.
struct LnsFormat {
  int bits;        ///< B, 4..8
  int gamma_log2;  ///< b, gamma = 2^b codes per octave
  ZeroCode zero;   ///< whether code 0 means exactly zero

  explicit LnsFormat(const Format& f) : bits(f.bits), gamma_log2(f.gamma_log2), zero(f.zero) {}

  int gamma() const { return 1 << gamma_log2; }
  /// E, the largest exponent code; it stands for the scale itself.
  int max_code() const { return (1 << (bits - 1)) - 1; }
  /// Q, the largest quotient of a product's exponent, 0..2E, by gamma.
  int max_quotient() const { return 2 * max_code() >> gamma_log2; }

  bool negative(Word w) const { return (w >> (bits - 1)) & 1; }
  int code(Word w) const { return w & max_code(); }
  bool is_zero(Word w) const { return zero == ZeroCode::kReserved && code(w) == 0; }
  /// The word of a sign and a code; code 0 loses its sign where it means zero.
  Word word(bool is_negative, int exponent_code) const {
    if (zero == ZeroCode::kReserved && exponent_code == 0) return 0;
    return static_cast<Word>((is_negative ? 1 << (bits - 1) : 0) | exponent_code);
  }
};

}  // namespace napier
