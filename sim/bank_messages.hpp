#pragma once
#include <cstdint>
#include <ostream>
#include <vector>

#include "models/accelerator/descriptor.hpp"
#include "models/accelerator/word_kind.hpp"

/// The words that the blocks around the elements show each other (docs/accelerator.md). Words of banks are
/// packed, as the external memory holds them.
namespace napier::sim {

using PackedWord = std::vector<std::uint8_t>;

/// A word on its way from a bank to elements, or to external memory.
struct BankWord {
  PackedWord bytes;
  WordKind kind = WordKind::kA;
  std::uint64_t to = 0;  ///< one bit an element
};

/// A write port of a bank.
struct BankWrite {
  bool valid = false;
  Bank bank = Bank::kA;
  std::uint32_t row = 0;
  const PackedWord* data = nullptr;
  friend bool operator==(const BankWrite&, const BankWrite&) = default;
};

/// A beat to or from external memory.
struct MemoryBeat {
  std::uint32_t address = 0;
  bool write = false;
  PackedWord bytes;  ///< of writes and answers
};

enum class EngineState { kIdle, kWait, kRun };

/// The registers of an engine that the cycle counts look at.
struct EngineStatus {
  EngineState state = EngineState::kIdle;
  std::uint32_t needs = 0;
  bool writes = false;      ///< dma: the descriptor stores
  bool words_left = false;  ///< bank, gather: words not read yet; dma: beats not requested yet
  bool link_busy = false;   ///< gather: the word before is still on the link
  Bank bank = Bank::kA;     ///< dma: of the descriptor
  unsigned turn = 0;        ///< gather: the element at turn
  bool updates = false;     ///< gather: takes update_out, not outputs
  bool queued = false;      ///< gather: the element at turn has an output in its queue
  friend bool operator==(const EngineStatus&, const EngineStatus&) = default;
};

inline const char* name(EngineState state) {
  return state == EngineState::kIdle ? "IDLE" : state == EngineState::kWait ? "WAIT" : "RUN";
}
inline std::ostream& operator<<(std::ostream& os, const BankWrite& write) {
  return os << (write.valid ? bank_name(write.bank) : "-");
}
inline std::ostream& operator<<(std::ostream& os, const EngineStatus& status) {
  return os << name(status.state);
}

/// Bytes of a packed word.
inline std::size_t packed_bytes(int bits) { return static_cast<std::size_t>(bits + 7) / 8; }

}  // namespace napier::sim
