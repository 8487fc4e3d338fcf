#pragma once
#include "models/format/lns_format.hpp"

namespace napier {

/// The product of two LNS words: exponent code sum 0..2E, sign, and whether either factor is zero.
struct LnsProduct {
  int exponent = 0;
  bool negative = false;
  bool zero = false;
};

/// Multiplies by adding exponent codes; signs XOR. The value is S_a S_b 2^((exponent - 2E)/gamma).
inline LnsProduct lns_multiply(const LnsFormat& f, Word a, Word b) {
  return {f.code(a) + f.code(b), f.negative(a) != f.negative(b), f.is_zero(a) || f.is_zero(b)};
}

}  // namespace napier
