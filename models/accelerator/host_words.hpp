#pragma once
#include <span>

#include "models/accelerator/program.hpp"
#include "models/stimulus/channels.hpp"

/// The accelerator's channels in bits. Layout: docs/accelerator.md, Channels.
namespace napier {

/// Bits of a row on channel `collect`.
int out_row_bits(const Design& design);

/// Descriptors, to and from their words.
void append(const DmaJob& job, WordStream& to);
void append(const StreamJob& job, WordStream& to);
DmaJob decode_dma_job(std::span<const std::uint8_t> word);
StreamJob decode_stream_job(std::span<const std::uint8_t> word);

/// An output channel's word (P words of W bits) as operand words (P of B bits, one after another).
std::vector<std::uint8_t> packed_output(const Design& design, std::span<const std::uint8_t> word);

/// A request to the external memory.
struct MemoryRequest {
  std::uint32_t address = 0;  ///< in beats
  bool write = false;
  std::span<const std::uint8_t> data;  ///< a beat, in writes
};
void append_request(const MemoryRequest& request, WordStream& to);

/// Fills in the streams of a program from its descriptors and memory images. `product_ends` holds numbers of
/// dma descriptors before and of mem_req words after.
void write_host_words(const Design& design, AcceleratorProgram& program);

}  // namespace napier
