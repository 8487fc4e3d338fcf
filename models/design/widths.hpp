#pragma once
#include <bit>

#include "models/format/lns_format.hpp"
#include "models/format/minifloat.hpp"

/// Widths that follow from a design. Everything that models, simulates or emits hardware takes them here.
namespace napier::widths {

inline int ceil_log2(int n) {
  return n <= 1 ? 0 : static_cast<int>(std::bit_width(static_cast<unsigned>(n - 1)));
}

inline bool is_lns(const Design& d) { return d.format.kind == FormatKind::kLns; }

/// Operands are floats of 8 bits.
inline bool is_fp8(const Design& d) {
  return d.format.kind == FormatKind::kFp8E4m3 || d.format.kind == FormatKind::kFp8E5m2;
}
/// The format of FP8 operands.
inline const Minifloat& fp8_format(const Design& d) {
  return d.format.kind == FormatKind::kFp8E5m2 ? kE5m2Float : kE4m3Float;
}

/// Products become integer terms, magnitude and sign, before they are summed; those of INT8 are integers.
inline bool has_terms(const Design& d) { return is_lns(d) || is_fp8(d); }

/// FP8: product of two significands; sum of two exponents.
inline int significand_product_bits(const Design& d) { return 2 * (fp8_format(d).mantissa_bits + 1); }
inline int exponent_sum_bits(const Design& d) { return fp8_format(d).exponent_bits + 1; }

/// True where the update unit rounds its steps at random.
inline bool stochastic_step(const Design& d) {
  return d.update.kind == UpdateKind::kMadam && d.update.rounding == UpdateRounding::kStochastic;
}
/// True where it rounds second moments at random.
inline bool stochastic_moment(const Design& d) {
  return d.update.kind == UpdateKind::kMadam && d.update.v_rounding == UpdateRounding::kStochastic;
}
/// Either; its jobs then bring a key of 64 bits.
inline bool stochastic_update(const Design& d) { return stochastic_step(d) || stochastic_moment(d); }

/// Fraction bits in which a second moment is summed before it is rounded at random to update.v_fraction.
inline constexpr int kMomentFraction = 20;
/// Fraction bits of the sum that makes a second moment.
inline int moment_sum_fraction(const Design& d) {
  return stochastic_moment(d) ? kMomentFraction : d.update.v_fraction;
}

/// LNS: exponent of a product, 0..2E, one bit more than an exponent code. FP8: sign, exponent and significand
/// of a product. INT8: a product.
inline int product_bits(const Design& d) {
  if (is_fp8(d)) return 1 + exponent_sum_bits(d) + significand_product_bits(d);
  return is_lns(d) ? d.format.bits : 2 * d.format.bits;
}

/// Remainder bits that choose a bin; a per-element lane has no bins.
inline int bin_bits(const Design& d) {
  return is_lns(d) && d.datapath.style != ConversionStyle::kPerElement ? d.datapath.lut_bits : 0;
}
inline int bins(const Design& d) { return 1 << bin_bits(d); }

/// True where the sums of the bins are multiplied by constants: with one bin its constant is 1.
inline bool has_scaler(const Design& d) {
  return is_lns(d) && d.datapath.style != ConversionStyle::kPerElement && d.datapath.lut_bits > 0;
}

/// Magnitude of one term: below 2^(F+1), which LNS terms reach with half_up. (FP8's largest is about 1.53 *
/// 2^F.) INT8: a signed product.
inline int term_bits(const Design& d) {
  if (!has_terms(d)) return 2 * d.format.bits;
  return d.datapath.term_bits + (is_lns(d) && d.datapath.term_rounding == TermRounding::kHalfUp ? 2 : 1);
}

/// Signed sum of one bin over the vector, exact.
inline int bin_sum_bits(const Design& d) {
  return term_bits(d) + ceil_log2(d.datapath.vector) + (has_terms(d) ? 1 : 0);
}

/// Signed constant-weighted sum over the bins, before the constants' fraction is dropped. All terms together
/// are at most vector * 2^(F+2), whichever bins they fall in, and a constant is below 2^(CF+1).
inline int scaled_sum_bits(const Design& d) {
  return bin_sum_bits(d) + (has_scaler(d) ? d.datapath.const_bits + 1 : 0);
}

/// Signed sum of the products of one vector, as it enters the accumulator.
inline int sum_bits(const Design& d) { return bin_sum_bits(d) + (has_scaler(d) ? 1 : 0); }

/// Groups of post-processor lanes that the datapath's lanes are drained in.
inline int drain_groups(const Design& d) { return d.datapath.lanes / d.post_processor.lanes; }

/// Index of a collector entry on the issue and sum channels, at least one bit.
inline int entry_bits(const Design& d) {
  return d.collector.entries > 2 ? ceil_log2(d.collector.entries) : 1;
}

/// Cycles from the issue of an operand pair to its sum at the collector.
inline int lane_latency(const Design& d) {
  const Pipeline& p = d.pipeline;
  return p.multiply + (has_terms(d) ? p.convert : 0) + p.reduce + (has_scaler(d) ? p.scale : 0);
}

/// Right shift Q + CF - F (per_element) or Q + b - F that takes a shifted mantissa to its term.
inline int term_shift(const Design& d) {
  const LnsFormat f(d.format);
  const int fraction =
      d.datapath.style == ConversionStyle::kPerElement ? d.datapath.const_bits : f.gamma_log2;
  return f.max_quotient() + fraction - d.datapath.term_bits;
}

/// Random bits that decide one stochastic rounding: the high ones of RoundingNoise.
inline constexpr int kRandomBits = 16;

inline bool is_stochastic(const Design& d) { return is_lns(d) && d.format.rounding == Rounding::kStochastic; }
/// Whether the rows of a product's stationary operand may each have a scale of their own.
inline bool has_row_scales(const Design& d) {
  return is_lns(d) && d.format.scale_group == ScaleGroup::kChannel;
}
/// The update_job word; with stochastic rounding it brings a key of 64 bits.
inline int update_job_bits(const Design& d) { return stochastic_update(d) ? 192 : 128; }
/// Whether each vector of a row of the stationary operand may. A lane's vector then ends in one word more,
/// the octaves that its scale lies below the tensor's.
inline bool has_vector_scales(const Design& d) {
  return is_lns(d) && d.format.scale_group == ScaleGroup::kVector;
}
/// Words of operand width in a lane's stationary vector.
inline int stationary_words(const Design& d) { return d.datapath.vector + (has_vector_scales(d) ? 1 : 0); }
/// Vectors that k elements of a row fill, the last perhaps in part.
inline int vectors_of(const Design& d, int k) {
  return k / d.datapath.vector + (k % d.datapath.vector != 0 ? 1 : 0);
}
/// The most octaves that a scale may lie below its tensor's.
inline int most_vector_shift(const Design& d) { return (1 << d.format.bits) - 1; }
/// The job word; designs that round at random add a key of 64 bits.
inline int job_bits(const Design& d) { return is_stochastic(d) ? 176 : 112; }

/// A post-processed word on the output channel: an operand word, or a raw accumulator.
inline int output_bits(const Design& d) {
  return d.datapath.accumulator_bits > d.format.bits ? d.datapath.accumulator_bits : d.format.bits;
}

}  // namespace napier::widths
