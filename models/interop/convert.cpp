#include "models/interop/convert.hpp"

#include <algorithm>
#include <cmath>

#include "models/base/error.hpp"
#include "models/format/encoding.hpp"

namespace napier {
namespace {

const std::string kWords = ".words";
const std::string kScale = ".scale";
const std::string kBlockScales = ".block_scales";

/// "element [3][5] of array 'x' in 'file'".
std::string element_place(const Array& array, std::size_t index, const std::string& source) {
  std::string indices;
  auto rest = static_cast<std::int64_t>(index);
  for (std::size_t i = array.shape.size(); i-- > 0;) {
    indices = "[" + std::to_string(rest % array.shape[i]) + "]" + indices;
    rest /= array.shape[i];
  }
  return "element " + indices + (indices.empty() ? "" : " ") + "of array '" + array.name + "' in " + source;
}

std::vector<float> finite_floats(const Array& array, const std::string& source) {
  std::vector<float> x = to_floats(array);
  const auto bad = std::find_if(x.begin(), x.end(), [](float v) { return !std::isfinite(v); });
  if (bad != x.end()) {
    throw InputError(element_place(array, static_cast<std::size_t>(bad - x.begin()), source) + " is " +
                     (std::isnan(*bad) ? "NaN" : "infinite as float32") +
                     ", which no operand word stands for; mend the data");
  }
  return x;
}

/// Blocks lie along the last index.
std::size_t row_length(const std::vector<std::int64_t>& shape) {
  return shape.empty() ? 1 : static_cast<std::size_t>(shape.back());
}

/// The shape with the blocks of a row in place of its last index.
std::vector<std::int64_t> block_shape(const Encoding& encoding, std::vector<std::int64_t> shape) {
  const auto blocks = static_cast<std::int64_t>(encoding.blocks(row_length(shape)));
  if (shape.empty()) return {blocks};
  shape.back() = blocks;
  return shape;
}

/// The largest relative error of the elements that are neither zero nor clamped.
double largest_error(const Encoding& encoding, const std::vector<float>& x, const Encoded& encoded,
                     std::size_t row, int k) {
  const std::vector<float> values = encoding.decode(encoded.words, encoded.block_scales, row, k);
  const std::vector<std::uint16_t> clamped(x.size(), encoding.largest_word());
  const std::vector<float> largest = encoding.decode(clamped, encoded.block_scales, row, k);
  double result = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (values[i] == 0.0F || std::abs(x[i]) > largest[i]) continue;
    result = std::max(result, std::abs((static_cast<double>(values[i]) - x[i]) / x[i]));
  }
  return result;
}

/// Integers from 0 to `most` in an array of any number type, each checked; `what` one of them is.
template <class T>
std::vector<T> checked_integers(const Array& array, int most, const std::string& what,
                                const std::string& source) {
  std::vector<T> integers;
  const std::vector<float> numbers = to_floats(array);  // exact up to 2^24, and larger ones are refused
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const float number = numbers[i];
    if (!(number >= 0 && number <= static_cast<float>(most)) || number != std::floor(number)) {
      throw InputError(element_place(array, i, source) + " is no " + what + ": " + what +
                       "s are integers from 0 to " + std::to_string(most));
    }
    integers.push_back(static_cast<T>(number));
  }
  return integers;
}

std::vector<std::uint16_t> checked_words(const Encoding& encoding, const Array& array,
                                         const std::string& source) {
  auto words = checked_integers<std::uint16_t>(array, (1 << encoding.bits()) - 1, "operand word", source);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string refusal = encoding.refusal(words[i]);
    if (!refusal.empty()) throw InputError(element_place(array, i, source) + " is " + refusal);
  }
  return words;
}

Array::Values narrowest(const Encoding& encoding, const std::vector<std::uint16_t>& words) {
  if (encoding.bits() > 8) return words;
  return std::vector<std::uint8_t>(words.begin(), words.end());
}

const Array* find(const std::vector<Array>& arrays, const std::string& name) {
  const auto found =
      std::find_if(arrays.begin(), arrays.end(), [&](const Array& array) { return array.name == name; });
  return found == arrays.end() ? nullptr : &*found;
}

int stored_scale(const Encoding& encoding, const Array& array, const std::string& source) {
  const std::string place = "array '" + array.name + "' in " + source;
  const std::vector<float> numbers = to_floats(array);
  if (numbers.size() != 1 || numbers[0] != std::floor(numbers[0]) || !(std::abs(numbers[0]) < 0x1p24F)) {
    throw InputError(place + " is no scale exponent, which is one integer");
  }
  encoding.check_scale(static_cast<std::int64_t>(numbers[0]), place);
  return static_cast<int>(numbers[0]);
}

/// Of the words in `array`, from the array beside it.
std::vector<std::uint8_t> stored_block_scales(const Encoding& encoding, const std::vector<Array>& arrays,
                                              const Array& array, const std::string& name,
                                              const std::string& source) {
  if (encoding.block() == 0) return {};
  const Array* scales = find(arrays, name + kBlockScales);
  const std::string place = "array '" + array.name + "' in " + source;
  if (scales == nullptr) {
    throw InputError(place + " has no block scales beside it ('" + name + kBlockScales +
                     "'); keep both in one file, such as .npz");
  }
  const std::vector<std::int64_t> wanted = block_shape(encoding, array.shape);
  if (scales->shape != wanted) {
    throw InputError("array '" + scales->name + "' in " + source + " has the shape " +
                     shape_text(scales->shape) + ", but the words' blocks of " +
                     std::to_string(encoding.block()) + " want " + shape_text(wanted));
  }
  return checked_integers<std::uint8_t>(*scales, 255, "block scale", source);
}

std::string without(const std::string& name, const std::string& ending) {
  return name.substr(0, name.size() - ending.size());
}

}  // namespace

Conversion to_words(const Design& design, const std::vector<Array>& arrays, std::optional<int> scale,
                    const std::string& source) {
  const Encoding encoding(design);
  if (scale) encoding.check_scale(*scale, "--scale");
  Conversion result;
  for (const Array& array : arrays) {
    const std::vector<float> x = finite_floats(array, source);
    const TensorPlace place{array.name};
    const std::size_t row = row_length(array.shape);
    const int k = scale ? *scale : encoding.scale(largest_magnitude(x, place));
    const Encoded encoded = encoding.encode(x, row, k, place);
    result.reports.push_back({.name = array.name,
                              .shape = array.shape,
                              .scale = k,
                              .saturated = encoded.counts.saturated,
                              .underflowed = encoded.counts.underflowed,
                              .largest_error = largest_error(encoding, x, encoded, row, k)});
    result.arrays.push_back({.name = array.name + kWords,
                             .shape = array.shape,
                             .values = narrowest(encoding, encoded.words),
                             .unit = "operand word",
                             .meaning = array.name + " in the format of design " + design.name});
    result.arrays.push_back({.name = array.name + kScale,
                             .shape = {},
                             .values = std::vector<std::int64_t>{k},
                             .unit = "",
                             .meaning = "scale exponent k of " + array.name});
    if (encoding.block() == 0) continue;
    result.arrays.push_back(
        {.name = array.name + kBlockScales,
         .shape = block_shape(encoding, array.shape),
         .values = encoded.block_scales,
         .unit = "code",
         .meaning = "scales of blocks of " + std::to_string(encoding.block()) + " of " + array.name});
  }
  return result;
}

Conversion to_values(const Design& design, const std::vector<Array>& arrays, std::optional<int> scale,
                     const std::string& source) {
  const Encoding encoding(design);
  if (scale) encoding.check_scale(*scale, "--scale");
  Conversion result;
  for (const Array& array : arrays) {
    const bool paired = array.name.ends_with(kWords);
    const std::string name = paired ? without(array.name, kWords) : array.name;
    const std::string& companion = array.name.ends_with(kBlockScales) ? kBlockScales : kScale;
    if (array.name.ends_with(companion)) {
      if (find(arrays, without(array.name, companion) + kWords) != nullptr) continue;
      throw InputError("array '" + array.name + "' in " + source + " is the scale of no words");
    }
    const Array* stored = paired ? find(arrays, name + kScale) : nullptr;
    if (stored == nullptr && !scale) {
      throw InputError("array '" + array.name + "' in " + source + " has no scale beside it" +
                       (paired ? " ('" + name + kScale + "')" : "") + "; give it with --scale");
    }
    ConversionReport report{.name = name, .shape = array.shape};
    report.scale = scale ? *scale : stored_scale(encoding, *stored, source);
    const std::vector<std::uint16_t> words = checked_words(encoding, array, source);
    const auto block_scales = stored_block_scales(encoding, arrays, array, name, source);
    result.reports.push_back(report);
    result.arrays.push_back(
        {.name = name,
         .shape = array.shape,
         .values = encoding.decode(words, block_scales, row_length(array.shape), report.scale),
         .unit = "",
         .meaning = "real numbers"});
  }
  return result;
}

}  // namespace napier
