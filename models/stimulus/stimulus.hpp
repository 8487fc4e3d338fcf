#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "models/design/design.hpp"
#include "models/trace/trace.hpp"

/// A trace as the words that enter and leave one processing element, channel by channel, in order.
/// The SystemC model and the Verilated RTL are driven by the same words and leave the same words, or are
/// wrong. Order and packing of words: docs/microarchitecture.md.
namespace napier {

/// A channel word: `bits` bits, little endian, in ceil(bits/8) bytes; unused high bits are 0.
struct WordStream {
  std::string name;                 ///< channel name: job, a_fill, b_fill, bias, mask, out, update_job, ...
  int bits = 0;                     ///< width of a word
  std::vector<std::uint8_t> bytes;  ///< words one after another
  int word_bytes() const { return (bits + 7) / 8; }
  std::int64_t words() const {
    return bits == 0 ? 0 : static_cast<std::int64_t>(bytes.size()) / word_bytes();
  }
};

struct Stimulus {
  WordStream job, a_fill, b_fill, bias, mask, out;
  WordStream row_scale;                          ///< 0 bits wide unless format.scale_group is channel
  WordStream update_job, update_in, update_out;  ///< 0 bits wide where the design has no Madam unit
  WordStream drain;  ///< expected accumulators on their way to the post-processor, in the order of `out`
};

/// Widths of the channels of a design, with no words in them.
Stimulus empty_stimulus(const Design& design);

/// All records of the trace, GEMMs in file order on the GEMM channels, updates on the update channels.
/// Throws InputError where a record does not fit the design: sizes or values out of range, K too long for
/// buffer A, ragged K without a zero code, updates without a Madam unit, FP32.
Stimulus make_stimulus(const Trace& trace);

/// The order of tiles and words of one matrix product on one processing element.
struct GemmTiles {
  GemmTiles(const Design& design, int m, int n, int k);
  int lanes, entries, group_lanes;  ///< L, N, P
  int m_tiles, n_tiles, k_tiles;
  int n_last, g_last;  ///< columns of the last n tile, post-processor groups of the last m tile
  /// Groups of P rows that leave the collector in m tile `mt`.
  int groups(int mt) const { return mt == m_tiles - 1 ? g_last : lanes / group_lanes; }
  /// Words on `drain` and on `out`.
  std::int64_t out_words() const {
    return columns() * ((m_tiles - 1) * std::int64_t{lanes / group_lanes} + g_last);
  }
  /// Output columns: the n of the product.
  std::int64_t columns() const { return std::int64_t{n_tiles - 1} * entries + n_last; }
};

/// What an output (or drain) word stands for, to explain a difference: record index, output row n, first
/// column m. Throws InputError where the trace has no such word.
struct OutputPlace {
  std::size_t gemm;
  int n, m;
};
OutputPlace output_place(const Trace& trace, std::int64_t out_word);

}  // namespace napier
