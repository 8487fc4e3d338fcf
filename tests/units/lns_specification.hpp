#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "tests/units/exact_integer.hpp"

/// The datapath as docs/units/ describe it, written for the reader rather than for speed: the unit tests
/// compare the product's exact functions with this.
namespace napier::spec {

struct Operand {
  bool negative;
  int code;
  bool zero;
};

inline Operand operand(const Format& f, int word) {
  const int codes = 1 << (f.bits - 1);
  return {word / codes == 1, word % codes, f.zero == ZeroCode::kReserved && word % codes == 0};
}

struct Term {
  exact::Integer magnitude;
  int bin;
};

/// Constant of a bin, or of a remainder with style per_element.
inline exact::Integer constant(int index, int index_bits, int fraction_bits) {
  return exact::nearest(exact::power_of_two(index, 1UL << index_bits), fraction_bits);
}

/// Integer term of the product exponent p.
inline Term term(const Design& d, int p) {
  const int gamma = 1 << d.format.gamma_log2;
  const int largest_code = (1 << (d.format.bits - 1)) - 1;
  const int octaves = 2 * largest_code / gamma;  // Q
  const int q = p / gamma;
  const int r = p % gamma;
  exact::Integer mantissa;
  int fraction_bits = 0;
  int bin = 0;
  if (d.datapath.style == ConversionStyle::kPerElement) {
    fraction_bits = d.datapath.const_bits;
    mantissa = constant(r, d.format.gamma_log2, fraction_bits);
  } else {
    const int remainders_a_bin = gamma >> d.datapath.lut_bits;
    fraction_bits = d.format.gamma_log2;
    mantissa = gamma + r % remainders_a_bin;
    bin = r / remainders_a_bin;
  }
  const int dropped = octaves + fraction_bits - d.datapath.term_bits;
  exact::Integer scaled = exact::shift_left(mantissa, q);
  if (d.datapath.term_rounding == TermRounding::kHalfUp && dropped > 0)
    scaled += exact::shift_left(1, dropped - 1);
  return {exact::shift_right(scaled, dropped), bin};
}

/// Terms of all product exponents 0..2E.
inline std::vector<Term> terms(const Design& d) {
  std::vector<Term> result;
  for (int p = 0; p <= 2 * ((1 << (d.format.bits - 1)) - 1); ++p) result.push_back(term(d, p));
  return result;
}

/// Constants of the bins; empty where nothing is scaled.
inline std::vector<exact::Integer> bin_constants(const Design& d) {
  std::vector<exact::Integer> result;
  if (d.datapath.style == ConversionStyle::kPerElement || d.datapath.lut_bits == 0) return result;
  for (int i = 0; i < 1 << d.datapath.lut_bits; ++i) {
    result.push_back(constant(i, d.datapath.lut_bits, d.datapath.const_bits));
  }
  return result;
}

/// Calls `body` for LNS designs of all B = 4..8, gamma_log2 = 0..5 that leave an octave of range, styles, LUT
/// sizes, roundings and some term and constant widths, each legal.
inline void for_each_design(const std::function<void(const Design&)>& body) {
  Design d;
  for (d.format.bits = 4; d.format.bits <= 8; ++d.format.bits) {
    for (d.format.gamma_log2 = 0; d.format.gamma_log2 <= 5 && d.format.gamma_log2 < d.format.bits - 1;
         ++d.format.gamma_log2) {
      const int octaves = (2 * ((1 << (d.format.bits - 1)) - 1)) >> d.format.gamma_log2;
      for (const auto style :
           {ConversionStyle::kPerElement, ConversionStyle::kBinned, ConversionStyle::kSplitSign}) {
        d.datapath.style = style;
        const bool per_element = style == ConversionStyle::kPerElement;
        for (d.datapath.lut_bits = 0; d.datapath.lut_bits <= (per_element ? 0 : d.format.gamma_log2);
             ++d.datapath.lut_bits) {
          for (d.datapath.const_bits = 4; d.datapath.const_bits <= 24; d.datapath.const_bits *= 2) {
            for (const int term_bits : {2, 3, 8, 12, 16, 24, 30}) {
              d.datapath.term_bits = term_bits;
              const int fraction = per_element ? d.datapath.const_bits : d.format.gamma_log2;
              if (term_bits > octaves + fraction) continue;
              for (const auto rounding : {TermRounding::kTruncate, TermRounding::kHalfUp}) {
                d.datapath.term_rounding = rounding;
                body(d);
              }
            }
          }
        }
      }
    }
  }
}

}  // namespace napier::spec
