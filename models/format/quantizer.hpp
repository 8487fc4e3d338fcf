#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "models/format/lns_format.hpp"
#include "models/format/minifloat.hpp"

/// Real numbers to operand words and back. Every decision compares a float's mantissa with thresholds that
/// MPFR rounded once, never a libm logarithm: each machine gives the same word.
namespace napier {

/// Names a tensor in messages.
struct TensorPlace {
  std::string_view name;  ///< for instance "activations of layer 2"
  std::int64_t step = 0;
};

/// How many elements did not fit the code range.
struct QuantizeCounts {
  std::int64_t saturated = 0;    ///< above the largest code; it stands for them
  std::int64_t underflowed = 0;  ///< not zero, but zero or (zero: none) the smallest code stands for them
  QuantizeCounts& operator+=(const QuantizeCounts& other) {
    saturated += other.saturated;
    underflowed += other.underflowed;
    return *this;
  }
};

/// Largest |x|; 0 for no elements. NaN or infinity is an InputError that names tensor, element and step.
float largest_magnitude(std::span<const float> x, const TensorPlace& place);

/// Throws the InputError of the first element that is NaN or infinite.
[[noreturn]] void refuse_element(std::span<const float> x, const TensorPlace& place);

/// Quantiser of format.kind lns, int8 or fp8. A scale is one integer k for all elements of a call, be that a
/// tensor, a channel or a vector:
///   lns:  largest magnitude S = 2^(k/gamma); code c stands for S * 2^((c - E)/gamma)
///   int8: unit 2^k; word w, -127..127, stands for w * 2^k
///   fp8:  a word stands for its number times 2^k
class Quantizer {
 public:
  /// InputError for other kinds, which have no operand words of 8 bits.
  explicit Quantizer(const Design& design);

  /// Scale steps in one octave: gamma, or 1 for int8 and fp8.
  int steps_per_octave() const { return steps_per_octave_; }

  /// Smallest k on the design's scale grid whose largest magnitude is not below `largest` (finite, >= 0),
  /// plus `margin` octaves; 0 octaves of margin never saturate. A tensor of zeros has k = 0.
  int scale_exponent(float largest, int margin = 0) const;

  /// Words of x; out has x.size() elements.
  /// lns: nearest code as format.rounding says; above E saturates; below code 1 zero or 1 by the same
  /// thresholds (zero: none: below code 0, code 0). An exact zero is word 0. int8: nearest integer, ties away
  /// from zero, clamped to +-127. fp8: Minifloat::encode, to nearest, ties to the even code, clamped to the
  /// largest finite number. NaN or infinity is an InputError that names tensor, element and step.
  QuantizeCounts quantize(std::span<const float> x, int k, std::span<Word> out,
                          const TensorPlace& place) const;

  /// The real number a word stands for, the nearest float in the normal range.
  float dequantize(Word word, int k) const;

  /// dequantize for every word, 2^bits entries: dequantising a tensor is then a look-up.
  std::vector<float> dequantize_table(int k) const;

 private:
  /// A 256th of the octave: thresholds at or below its start, and the one inside it, if any.
  struct Cell {
    std::uint32_t threshold = 0;
    int passed = 0;
  };

  int level(std::uint32_t magnitude_bits) const;
  QuantizeCounts quantize_lns(std::span<const float> x, int k, std::span<Word> out,
                              const TensorPlace& place) const;
  QuantizeCounts quantize_int8(std::span<const float> x, int k, std::span<Word> out,
                               const TensorPlace& place) const;
  QuantizeCounts quantize_fp8(std::span<const float> x, int k, std::span<Word> out,
                              const TensorPlace& place) const;

  FormatKind kind_;
  std::optional<Minifloat> fp8_;
  LnsFormat format_;
  ScaleGrid grid_;
  int steps_per_octave_;
  std::vector<std::uint32_t> code_mantissas_;
  std::vector<float> code_values_;
  std::array<Cell, 256> cells_{};
};

}  // namespace napier
