#include "models/interop/convert.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "models/base/error.hpp"
#include "models/format/quantizer.hpp"

namespace napier {
namespace {

const std::string kWords = ".words";
const std::string kScale = ".scale";
constexpr int kLargestScale = 1 << 14;  // far beyond what float32 can hold, in codes of any format

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

void check_scale(int scale, const std::string& place) {
  if (std::abs(scale) <= kLargestScale) return;
  throw InputError(place + " is " + std::to_string(scale) + ", but scale exponents lie within +-" +
                   std::to_string(kLargestScale));
}

void measure(ConversionReport& report, const std::vector<float>& x, const std::vector<Word>& words,
             const std::vector<float>& table) {
  const float largest = *std::max_element(table.begin(), table.end());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const float value = table[words[i]];
    if (value == 0.0F || std::abs(x[i]) > largest) continue;
    const double error = std::abs((static_cast<double>(value) - x[i]) / x[i]);
    report.largest_error = std::max(report.largest_error, error);
  }
}

/// The words in an array of any number type, each checked.
std::vector<Word> checked_words(const Design& design, const Array& array, const std::string& source) {
  const int most = (1 << design.format.bits) - 1;
  const LnsFormat lns(design.format);
  const bool is_lns = design.format.kind == FormatKind::kLns;
  std::vector<Word> words;
  const std::vector<float> numbers = to_floats(array);  // exact up to 2^24, and larger ones are refused
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const float number = numbers[i];
    if (!(number >= 0 && number <= static_cast<float>(most)) || number != std::floor(number)) {
      throw InputError(element_place(array, i, source) +
                       " is no operand word: words are integers from 0 to " + std::to_string(most));
    }
    const auto word = static_cast<Word>(number);
    if (is_lns && lns.is_zero(word) && word != 0) {
      throw InputError(element_place(array, i, source) +
                       " is a zero with a sign, which the format has not: zero is word 0");
    }
    if (!is_lns && word == 0x80) {
      throw InputError(element_place(array, i, source) +
                       " is word 128, which int8 leaves out: words stand for -127 to 127");
    }
    words.push_back(word);
  }
  return words;
}

const Array* find(const std::vector<Array>& arrays, const std::string& name) {
  const auto found =
      std::find_if(arrays.begin(), arrays.end(), [&](const Array& array) { return array.name == name; });
  return found == arrays.end() ? nullptr : &*found;
}

int stored_scale(const Array& array, const std::string& source) {
  const std::string place = "array '" + array.name + "' in " + source;
  const std::vector<float> numbers = to_floats(array);
  if (numbers.size() != 1 || numbers[0] != std::floor(numbers[0]) ||
      !(std::abs(numbers[0]) <= static_cast<float>(kLargestScale))) {
    throw InputError(place + " is no scale exponent: one integer within +-" + std::to_string(kLargestScale));
  }
  return static_cast<int>(numbers[0]);
}

std::string without(const std::string& name, const std::string& ending) {
  return name.substr(0, name.size() - ending.size());
}

}  // namespace

Conversion to_words(const Design& design, const std::vector<Array>& arrays, std::optional<int> scale,
                    const std::string& source) {
  if (scale) check_scale(*scale, "--scale");
  const Quantizer quantizer(design);
  Conversion result;
  for (const Array& array : arrays) {
    const std::vector<float> x = finite_floats(array, source);
    const TensorPlace place{array.name};
    ConversionReport report{.name = array.name, .shape = array.shape};
    report.scale = scale ? *scale : quantizer.scale_exponent(largest_magnitude(x, place));
    std::vector<Word> words(x.size());
    const QuantizeCounts counts = quantizer.quantize(x, report.scale, words, place);
    report.saturated = counts.saturated;
    report.underflowed = counts.underflowed;
    measure(report, x, words, quantizer.dequantize_table(report.scale));
    result.reports.push_back(report);
    result.arrays.push_back({.name = array.name + kWords,
                             .shape = array.shape,
                             .values = std::move(words),
                             .unit = "operand word",
                             .meaning = array.name + " in the format of design " + design.name});
    result.arrays.push_back({.name = array.name + kScale,
                             .shape = {},
                             .values = std::vector<std::int64_t>{report.scale},
                             .unit = "",
                             .meaning = "scale exponent k of " + array.name});
  }
  return result;
}

Conversion to_values(const Design& design, const std::vector<Array>& arrays, std::optional<int> scale,
                     const std::string& source) {
  if (scale) check_scale(*scale, "--scale");
  const Quantizer quantizer(design);
  Conversion result;
  for (const Array& array : arrays) {
    const bool paired = array.name.ends_with(kWords);
    const std::string name = paired ? without(array.name, kWords) : array.name;
    if (array.name.ends_with(kScale)) {
      if (find(arrays, without(array.name, kScale) + kWords) != nullptr) continue;
      throw InputError("array '" + array.name + "' in " + source + " is the scale of no words");
    }
    const Array* stored = paired ? find(arrays, name + kScale) : nullptr;
    if (stored == nullptr && !scale) {
      throw InputError("array '" + array.name + "' in " + source + " has no scale beside it" +
                       (paired ? " ('" + name + kScale + "')" : "") + "; give it with --scale");
    }
    ConversionReport report{.name = name, .shape = array.shape};
    report.scale = scale ? *scale : stored_scale(*stored, source);
    const std::vector<float> table = quantizer.dequantize_table(report.scale);
    std::vector<float> values;
    for (const Word word : checked_words(design, array, source)) values.push_back(table[word]);
    result.reports.push_back(report);
    result.arrays.push_back({.name = name,
                             .shape = array.shape,
                             .values = std::move(values),
                             .unit = "",
                             .meaning = "real numbers"});
  }
  return result;
}

}  // namespace napier
