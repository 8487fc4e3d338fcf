#pragma once
#include <cstdint>
#include <vector>

#include "models/format/lns_format.hpp"

namespace napier {

/// What happened to one output, for the trainer's counters.
enum class PostEvent { kNone, kUnderflow, kClamped };

struct PostResult {
  Word word;
  PostEvent event;
};

/// Settings of one matrix product's outputs.
struct PostSettings {
  int bias_k = 0;  ///< LNS: joins both input scales, the alignment and the output scale. INT8: right shift.
  bool relu = false;  ///< negative results become zero (zero: none: the smallest positive code)
  friend bool operator==(const PostSettings&, const PostSettings&) = default;
};

/// Converts an accumulator to an operand word.
/// LNS: leading one n of |acc|, `compare_bits` bits of mantissa (the rest dropped) against gamma thresholds
/// give r'; code = n * gamma + r' + bias_k. Above E: clamped. Below 1: zero (flushed), or code 0 with zero:
/// none. INT8: (acc + half) >> bias_k, half = 2^(bias_k-1), clamped to +-127; a negative bias_k shifts left.
class PostProcessor {
 public:
  explicit PostProcessor(const Design& design);
  PostResult operator()(std::int32_t accumulator, const PostSettings& settings) const;
  const std::vector<std::uint32_t>& thresholds() const { return thresholds_; }

 private:
  PostResult lns(std::int32_t accumulator, const PostSettings& settings) const;
  PostResult integer(std::int32_t accumulator, const PostSettings& settings) const;
  bool lns_;
  LnsFormat format_;
  int compare_bits_;
  std::vector<std::uint32_t> thresholds_;
};

/// bias_k of LNS operands with scales 2^(k/gamma): k_a + k_b - k_out - E + (Q - F) * gamma.
/// INT8, scales 2^k a unit: k_out - k_a - k_b.
int bias_k(const Design& design, int k_a, int k_b, int k_out);

}  // namespace napier
