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
  WordStream update_job, update_in, update_out;
};

/// Widths of the channels of a design, with no words in them.
Stimulus empty_stimulus(const Design& design);

/// All records of the trace, GEMMs in file order on the GEMM channels, updates on the update channels.
/// Throws InputError where a record does not fit the design (K too long for buffer A, ragged K without a zero
/// code).
Stimulus make_stimulus(const Trace& trace);

/// What an output word stands for, to explain a difference: record index, output row n, first column m.
struct OutputPlace {
  std::size_t gemm;
  int n, m;
};
OutputPlace output_place(const Trace& trace, std::int64_t out_word);

}  // namespace napier
