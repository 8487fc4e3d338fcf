#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/format/number_format.hpp"
#include "models/format/quantizer.hpp"

/// Real numbers to the codes of a design's number format, whatever its kind, and back.
namespace napier {

/// A tensor's codes. Its scale exponent k is kept beside them.
struct Encoded {
  std::vector<std::uint16_t> words;        ///< one an element, each below 2^bits
  std::vector<std::uint8_t> block_scales;  ///< one a block, row after row: E8M0, or E4M3 for nvfp4
  QuantizeCounts counts;
};

/// What a scale exponent k means:
///   lns:                2^(k/gamma) is the value of the largest code;
///   int8:               word w stands for w 2^k;
///   fp16, fp8_*, nvfp4: numbers are multiplied by 2^k;
///   bf16, mxfp8, mxfp4: there is none, k is 0.
/// The numbers of mxfp8, mxfp4 and nvfp4 have a further scale a block: `block` neighbours along a row.
class Encoding {
 public:
  /// InputError for fp32, whose words are the real numbers themselves.
  explicit Encoding(const Design& design);

  /// Bits of a word, at most 16.
  int bits() const { return bits_; }
  /// Numbers that share a block scale; 0 where there are no blocks.
  int block() const {
    return number_ && number_->accumulation == Accumulation::kBlocks ? number_->blocks.block : 0;
  }
  /// Block scales of one row.
  std::size_t blocks(std::size_t row) const;
  /// The word of the largest magnitude.
  std::uint16_t largest_word() const;
  /// Why a word of bits() bits is none of the format's; empty where it is one.
  std::string refusal(std::uint16_t word) const;
  /// InputError that begins with `what` for a scale exponent beyond what the format can use.
  void check_scale(std::int64_t k, const std::string& what) const;

  /// Smallest scale exponent at which no number of this magnitude saturates (saves those that mxfp8's and
  /// mxfp4's block scales let saturate).
  int scale(float largest) const;
  /// `row`: elements of a row, which blocks do not cross; x.size() is a multiple of it. NaN and infinity are
  /// an InputError that names tensor, element and step.
  Encoded encode(std::span<const float> x, std::size_t row, int k, const TensorPlace& place) const;
  /// The nearest floats to what the codes stand for, infinity and NaN where they mean that. block_scales:
  /// blocks(row) a row. All words are the format's.
  std::vector<float> decode(std::span<const std::uint16_t> words, std::span<const std::uint8_t> block_scales,
                            std::size_t row, int k) const;
  /// The number of every word of bits() bits, with a block scale of 1.
  std::vector<double> word_values(int k) const;

 private:
  std::uint8_t block_code(float scale) const;
  float block_value(std::uint8_t code) const;
  std::string kind_name_;
  bool is_lns_;
  LnsFormat lns_;
  int bits_;
  std::optional<Quantizer> quantizer_;  ///< of lns and int8
  std::optional<NumberFormat> number_;  ///< of the others
};

}  // namespace napier
