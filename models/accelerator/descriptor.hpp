#pragma once
#include <cstdint>

#include "models/accelerator/word_kind.hpp"

/// The descriptors that the engines of an accelerator work through. docs/accelerator.md.
namespace napier {

/// A transfer between external memory and global buffer; the kind says which bank and which direction.
struct DmaJob {
  WordKind kind = WordKind::kA;
  std::uint32_t address = 0;  ///< in beats
  std::uint32_t row = 0;      ///< of the bank
  std::uint32_t words = 0;    ///< at least 1
  std::uint32_t needs = 0;    ///< descriptors that the partner must have completed
  friend bool operator==(const DmaJob&, const DmaJob&) = default;
};
inline constexpr int kDmaJobBits = 136;

/// A transfer between a bank and the elements.
struct StreamJob {
  std::uint32_t row = 0, words = 0, needs = 0;
  WordKind kind = WordKind::kA;
  bool deal = false;  ///< words go to the elements in turn, not each to all
  int chunk = 1, chunk_last = 1;
  std::uint64_t elements = 0;
  friend bool operator==(const StreamJob&, const StreamJob&) = default;
};
inline constexpr int kStreamJobBits = 208;

}  // namespace napier
