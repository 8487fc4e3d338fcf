#include "models/format/encoding.hpp"

#include <cmath>
#include <cstdlib>

#include "models/base/error.hpp"
#include "models/design/design_file.hpp"

namespace napier {
namespace {

constexpr int kLargestStep = 1 << 14;  // lns, int8: far beyond what FP32 can hold, in codes of any format
constexpr int kLargestExponent = 400;  // of round_to_format

}  // namespace

Encoding::Encoding(const Design& design)
    : kind_name_(format_name(design.format.kind)),
      is_lns_(design.format.kind == FormatKind::kLns),
      lns_(design.format),
      bits_(design.format.bits) {
  if (design.format.kind == FormatKind::kFp32) {
    throw InputError(
        "design '" + design.name +
        "' has format.kind fp32, whose words are the real numbers themselves; there is nothing to convert");
  }
  if (is_lns_ || design.format.kind == FormatKind::kInt8) {
    quantizer_.emplace(design);
  } else {
    number_ = number_format(design.format.kind);
    bits_ = number_->element().bits();
  }
}

std::size_t Encoding::blocks(std::size_t row) const {
  const auto size = static_cast<std::size_t>(block());
  return size == 0 ? 0 : (row + size - 1) / size;
}

std::uint16_t Encoding::largest_word() const {
  if (number_) return static_cast<std::uint16_t>(number_->element().max_code());
  return static_cast<std::uint16_t>((1 << (bits_ - 1)) - 1);
}

std::string Encoding::refusal(std::uint16_t word) const {
  if (number_) return "";
  if (!is_lns_) return word == 0x80 ? "word 128, which int8 leaves out: words stand for -127 to 127" : "";
  const bool signed_zero = word != 0 && lns_.is_zero(static_cast<Word>(word));
  return signed_zero ? "a zero with a sign, which the format has not: zero is word 0" : "";
}

void Encoding::check_scale(std::int64_t k, const std::string& what) const {
  const int most = number_ ? (number_->scaled ? kLargestExponent : 0) : kLargestStep;
  if (std::abs(k) <= most) return;
  throw InputError(what + " is " + std::to_string(k) + ", but " +
                   (most == 0 ? "format.kind " + kind_name_ + " has no scale of whole tensors: it must be 0"
                              : "scale exponents lie within +-" + std::to_string(most)));
}

int Encoding::scale(float largest) const {
  if (quantizer_) return quantizer_->scale_exponent(largest);
  return number_->scaled ? power_of_two_scale(largest, number_->limit) : 0;
}

std::uint8_t Encoding::block_code(float scale) const {
  if (number_->blocks.e4m3_scale) return static_cast<std::uint8_t>(kE4m3Float.encode(scale));
  return encode_e8m0(std::ilogb(scale));
}

float Encoding::block_value(std::uint8_t code) const {
  return number_->blocks.e4m3_scale ? kE4m3Float.decode(code) : decode_e8m0(code);
}

Encoded Encoding::encode(std::span<const float> x, std::size_t row, int k, const TensorPlace& place) const {
  largest_magnitude(x, place);
  Encoded result;
  if (quantizer_) {
    std::vector<Word> words(x.size());
    result.counts = quantizer_->quantize(x, k, words, place);
    result.words.assign(words.begin(), words.end());
    return result;
  }
  std::vector<float> rounded(x.size());
  if (block() == 0) {
    result.counts = round_to_format(number_->element(), x, k, rounded, place);
  } else {
    std::vector<float> scales(blocks(row));
    for (std::size_t start = 0; start < x.size(); start += row) {
      result.counts += round_blocks(number_->blocks, x.subspan(start, row), k,
                                    std::span(rounded).subspan(start, row), scales);
      for (const float scale : scales) result.block_scales.push_back(block_code(scale));
    }
  }
  result.words.reserve(rounded.size());
  for (const float value : rounded) result.words.push_back(number_->element().encode(value));
  return result;
}

std::vector<double> Encoding::word_values(int k) const {
  std::vector<double> values;
  values.reserve(std::size_t{1} << bits_);
  for (int word = 0; word < 1 << bits_; ++word) {
    values.push_back(
        quantizer_ ? quantizer_->dequantize(static_cast<Word>(word), k)
                   : std::ldexp(double{number_->element().decode(static_cast<std::uint16_t>(word))}, k));
  }
  return values;
}

std::vector<float> Encoding::decode(std::span<const std::uint16_t> words,
                                    std::span<const std::uint8_t> block_scales, std::size_t row,
                                    int k) const {
  const std::vector<double> table = word_values(k);
  const std::size_t each = blocks(row);
  if (each > 0 && words.size() / row * each != block_scales.size()) {
    throw InternalError("decode: block scales do not fit the words");
  }
  std::vector<float> values;
  values.reserve(words.size());
  for (std::size_t i = 0; i < words.size(); ++i) {
    double value = table[words[i]];
    if (each > 0) {
      const std::size_t b = i / row * each + i % row / static_cast<std::size_t>(block());
      value *= double{block_value(block_scales[b])};
    }
    values.push_back(static_cast<float>(value));
  }
  return values;
}

}  // namespace napier
