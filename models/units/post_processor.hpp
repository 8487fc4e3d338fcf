#pragma once
#include <cstdint>
#include <vector>

#include "models/format/lns_format.hpp"
#include "models/format/minifloat.hpp"

namespace napier {

/// What happened to one output, for the trainer's counters.
enum class PostEvent { kNone, kUnderflow, kClamped };

struct PostResult {
  Word word;
  PostEvent event;
};

/// Settings of one matrix product's outputs.
struct PostSettings {
  /// Joins both input scales, the alignment and the output scale. LNS: added to the code. INT8: right shift.
  /// FP8: the accumulator stands for the number acc * 2^-bias_k.
  int bias_k = 0;
  bool relu = false;             ///< negative results become zero (zero: none: the smallest positive code)
  std::uint64_t random_key = 0;  ///< of RoundingNoise, where rounding is stochastic; else 0
  friend bool operator==(const PostSettings&, const PostSettings&) = default;
};

/// Converts an accumulator to an operand word.
/// LNS: leading one n of |acc|, `compare_bits` bits of mantissa (the rest dropped) against gamma thresholds
/// give r'; code = n * gamma + r' + bias_k. Above E: clamped. Below 1: zero (flushed), or code 0 with zero:
/// none.
/// LNS, rounding stochastic: the neighbours of a mantissa f of `compare_bits` bits are the code values v[r]
/// <= f and v[r+1], as integers of as many bits, and u of 16 random bits chooses: the upper one where
///   u * (v[r+1] - v[r]) < (f - v[r]) * 2^16.
/// Below code 1 they are zero and code 1, which stands for an accumulator of octave o and mantissa
/// v[r]: code 1 where u * (2^compare_bits + v[r]) < floor((2^compare_bits + f) * 2^(16 + n - o)). With zero:
/// none code 0 as before. The expected value lies within 2^(1-compare_bits) + 2^-15 of the accumulator,
/// relatively. INT8: (acc + half) >> bias_k, half = 2^(bias_k-1), clamped to +-127; a negative bias_k shifts
/// left.
/// FP8: Minifloat::encode(acc * 2^-bias_k), the nearest number, ties to the even code, subnormal ones
/// included, clamped to the largest finite magnitude. What rounds to zero keeps its sign, as IEEE 754 has it;
/// an accumulator of 0 is +0.
class PostProcessor {
 public:
  explicit PostProcessor(const Design& design);
  /// random: 16 bits, read where rounding is stochastic.
  PostResult operator()(std::int32_t accumulator, const PostSettings& settings,
                        std::uint32_t random = 0) const;
  /// Of a stochastic design the code values, r = 1..gamma.
  const std::vector<std::uint32_t>& thresholds() const { return thresholds_; }

 private:
  PostResult lns(std::int32_t accumulator, const PostSettings& settings, std::uint32_t random) const;
  bool rounds_up(int leading, std::uint32_t fraction, int code, int bias_k, std::uint32_t random) const;
  PostResult integer(std::int32_t accumulator, const PostSettings& settings) const;
  PostResult floating(std::int32_t accumulator, const PostSettings& settings) const;
  bool lns_, fp8_, stochastic_;
  LnsFormat format_;
  Minifloat fp8_format_;
  int compare_bits_;
  std::vector<std::uint32_t> thresholds_;
};

/// bias_k of LNS operands with scales 2^(k/gamma): k_a + k_b - k_out - E + (Q - F) * gamma.
/// INT8, scales 2^k a unit: k_out - k_a - k_b. FP8: that and F - T, T the octave of the largest product.
int bias_k(const Design& design, int k_a, int k_b, int k_out);

}  // namespace napier
