#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/design/design.hpp"
#include "models/interop/array.hpp"

/// Arrays of real numbers to operand words of a design's format, and back.
namespace napier {

/// What became of one array.
struct ConversionReport {
  std::string name;
  std::vector<std::int64_t> shape;
  int scale = 0;                 ///< k, as Encoding says
  std::int64_t saturated = 0;    ///< elements above the largest code
  std::int64_t underflowed = 0;  ///< elements too small for a code, zeros not counted
  double largest_error = 0;      ///< largest |word's value - x| / |x| of the other elements that are not zero
};

struct Conversion {
  std::vector<Array> arrays;
  std::vector<ConversionReport> reports;
};

/// For each array X: X.words (the same shape; uint8, or uint16 for formats of 16 bits) and X.scale; for
/// formats of blocks X.block_scales (uint8), too, whose last index counts the blocks of a row. `scale` holds
/// for all arrays; without it each gets the smallest that does not saturate. Numbers of double precision are
/// rounded to float32 first. InputError, naming `source`, array and element, for NaN and infinity, and for
/// what is not numbers.
Conversion to_words(const Design& design, const std::vector<Array>& arrays, std::optional<int> scale,
                    const std::string& source);

/// The inverse: for each X.words and its scales the array X of float32. An array of another name is words
/// too, and needs `scale`. InputError, naming `source`, array and element, for what is no word of the format,
/// for words without a scale, and a scale without words.
Conversion to_values(const Design& design, const std::vector<Array>& arrays, std::optional<int> scale,
                     const std::string& source);

}  // namespace napier
