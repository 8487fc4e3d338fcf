#pragma once
#include <cstdint>
#include <span>

#include "models/base/error.hpp"
#include "models/stimulus/stimulus.hpp"

namespace napier {

/// Appends words to a stream field by field, least significant field first.
class WordPacker {
 public:
  explicit WordPacker(WordStream& stream) : stream_(stream) {}

  /// The low `bits` bits of value, 1..32.
  void put(std::int64_t value, int bits) {
    pending_ |= (static_cast<std::uint64_t>(value) & ((std::uint64_t{1} << bits) - 1)) << pending_bits_;
    pending_bits_ += bits;
    word_bits_ += bits;
    for (; pending_bits_ >= 8; pending_bits_ -= 8, pending_ >>= 8) {
      stream_.bytes.push_back(static_cast<std::uint8_t>(pending_));
    }
  }

  /// Ends the word; fields that were not put are zero.
  void finish() {
    if (word_bits_ > stream_.bits) throw InternalError("more bits than a word of channel " + stream_.name);
    if (pending_bits_ > 0) stream_.bytes.push_back(static_cast<std::uint8_t>(pending_));
    const int written = (word_bits_ + 7) / 8;
    stream_.bytes.insert(stream_.bytes.end(), static_cast<std::size_t>(stream_.word_bytes() - written), 0);
    pending_ = 0;
    pending_bits_ = word_bits_ = 0;
  }

 private:
  WordStream& stream_;
  std::uint64_t pending_ = 0;
  int pending_bits_ = 0;
  int word_bits_ = 0;
};

/// Bits [bit, bit + bits) of a little-endian word, bits 0..64.
inline std::uint64_t word_field(std::span<const std::uint8_t> word, int bit, int bits) {
  std::uint64_t value = 0;
  for (int i = 0; i < bits; ++i) {
    const auto place = static_cast<std::size_t>(bit + i);
    value |= static_cast<std::uint64_t>(word[place / 8] >> (place % 8) & 1) << i;
  }
  return value;
}

/// The same as a two's complement number, bits 1..64.
inline std::int64_t signed_word_field(std::span<const std::uint8_t> word, int bit, int bits) {
  const int unused = 64 - bits;
  return static_cast<std::int64_t>(word_field(word, bit, bits) << unused) >> unused;
}

}  // namespace napier
