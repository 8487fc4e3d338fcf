#pragma once
#include <cstdint>
#include <span>

#include "models/design/design.hpp"
#include "models/stimulus/stimulus.hpp"
#include "sim/messages.hpp"

namespace napier::sim {

/// Channel words between their packed form (stimulus, handshake log) and the fields that blocks work on.
/// Layout: docs/microarchitecture.md, Channels.
class ChannelWords {
 public:
  explicit ChannelWords(const Design& design);

  using Bytes = std::span<const std::uint8_t>;
  void decode(Bytes word, std::span<Job> job) const;
  void decode(Bytes word, std::span<Word> operands) const;
  void decode(Bytes word, std::span<std::int32_t> accumulators) const;
  void decode_row_scales(Bytes word, std::span<std::int32_t> scales) const;
  void decode(Bytes word, std::span<UpdateJob> job) const;
  void decode(Bytes word, std::span<UpdateItem> items) const;
  /// One bit a field.
  void decode_mask(Bytes word, std::span<std::uint8_t> bits) const;

  /// Each appends one word to the stream.
  void encode(const Job& job, WordStream& to) const;
  void encode(std::span<const Word> operands, WordStream& to) const;
  void encode(std::span<const std::int32_t> accumulators, WordStream& to) const;
  void encode_row_scales(std::span<const std::int32_t> scales, WordStream& to) const;
  void encode(std::span<const std::uint32_t> outputs, WordStream& to) const;
  void encode(const UpdateJob& job, WordStream& to) const;
  void encode(std::span<const UpdateItem> items, WordStream& to) const;
  void encode(std::span<const MadamState> states, WordStream& to) const;
  void encode(const Issue& issue, WordStream& to) const;
  void encode(const Sum& sum, WordStream& to) const;
  void encode_mask(std::span<const std::uint8_t> bits, WordStream& to) const;

  /// Fields of a word.
  std::size_t vector() const { return vector_; }
  /// Operand words in a lane's stationary vector, its scale included.
  std::size_t stationary() const { return stationary_; }
  std::size_t lanes() const { return lanes_; }
  std::size_t post_lanes() const { return post_lanes_; }
  std::size_t update_lanes() const { return update_lanes_; }

 private:
  bool stochastic_;
  std::size_t vector_, stationary_, lanes_, post_lanes_, update_lanes_;
  int bits_, accumulator_bits_, output_bits_, sum_bits_, entry_bits_, weight_bits_, v_bits_;
  bool has_noise_key_;
};

}  // namespace napier::sim
