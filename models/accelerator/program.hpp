#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "models/accelerator/blocks.hpp"
#include "models/accelerator/descriptor.hpp"
#include "models/stimulus/channels.hpp"
#include "models/stimulus/stimulus.hpp"
#include "models/trace/trace.hpp"

namespace napier {

/// What one element of the array does for a trace: its share of every job as records of their own, and the
/// words that therefore pass its channels.
struct ElementShare {
  Trace trace;
  std::vector<std::size_t> gemm_of;  ///< of each record of `trace`: the record of the whole trace
  Stimulus words;
};

/// A trace as the host's program for an accelerator. docs/accelerator.md, Host program.
struct AcceleratorProgram {
  std::vector<DmaJob> dma;
  std::array<std::vector<StreamJob>, kBanks> streams;  ///< by bank; that of bank out is the gather's
  std::vector<std::uint8_t> memory;    ///< external memory before the run, dram_bits / 8 bytes a beat
  std::vector<std::uint8_t> expected;  ///< and after it
  std::vector<ElementShare> elements;
  /// Of each matrix product: how many mem_req words have moved when its last output is stored.
  std::vector<std::int64_t> product_ends;

  // The words of the host's channels, and those expected at the memory.
  WordStream dma_job, a_job, b_job, side_job, out_job;
  WordStream mem_req, mem_rsp;
};

/// Channels of the accelerator itself, in the order of its handshake log. Each element has a log of its own,
/// with the channels of a bare element.
std::vector<Channel> accelerator_channels(const Design& design);

/// One set of blocks a matrix product of the trace; none: largest_blocks of each. Throws InputError where the
/// trace does not fit the design, a product does not fit the global buffer or may not be split, or the
/// external memory would have more than 2^32 beats.
AcceleratorProgram make_program(const Trace& trace, const std::vector<Blocks>& blocks = {});

}  // namespace napier
