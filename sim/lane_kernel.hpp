#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "models/design/design.hpp"
#include "models/format/lns_format.hpp"

namespace napier::sim {

/// All lanes of a datapath at once, the same integers as VectorLane, made for speed.
/// LNS: a product depends only on the sum of the exponent codes, the XOR of the signs and on zeros, so each
/// word becomes a key (code, sign at bit 8, zero at bit 10) and the sum of two keys looks the product up. The
/// constants of the bins are folded into that table: sum over bins of C * (sum of terms) = sum of C * term,
/// exactly. INT8: products of 16-bit numbers. FP8: products of floats, which are exact, scaled so that their
/// whole part is the term.
class LaneKernel {
 public:
  explicit LaneKernel(const Design& design);
  /// a: lanes x stationary_words, lane 0 first: each lane's vector and, with format.scale_group vector, the
  /// octaves of its scale.
  void load_stationary(std::span<const Word> a);
  /// b: vector words; sums: one a lane.
  void multiply(std::span<const Word> b, std::span<std::int64_t> sums);
  /// Products of the last multiply in which a factor was zero.
  std::int64_t zero_products() const { return zero_products_; }

 private:
  std::int16_t key(Word word) const { return keys_[word]; }
  void multiply_floats(std::span<const Word> b, std::span<std::int64_t> sums);
  std::size_t lanes_, vector_, stationary_words_;
  bool lns_, fp8_;
  float half_ = 0;                   ///< added to a term's magnitude before the rest is dropped
  std::vector<float> left_, right_;  ///< FP8: value of each word of A, times the terms' scale; of B
  std::vector<float> a_floats_, b_floats_;
  int scale_shift_ = 0;                ///< fraction bits of the folded constants
  std::vector<std::int16_t> keys_;     ///< of each word; INT8: its value
  std::vector<std::uint8_t> zero_;     ///< whether a word is zero
  std::vector<std::int32_t> narrow_;   ///< products by key sum, where every vector sum fits 32 bits
  std::vector<std::int64_t> wide_;     ///< otherwise
  std::vector<std::int16_t> a_, b_;    ///< keys
  std::vector<int> shifts_;            ///< of the lanes' sums
  std::vector<std::int32_t> a_zeros_;  ///< zeros of the stationary words by vector position
  std::int64_t zero_products_ = 0;
};

}  // namespace napier::sim
