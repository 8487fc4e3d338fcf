#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What a netlist is driven with, cycle by cycle, and what it must answer.
namespace napier::cost {

/// A port's value, least significant bit first.
using Bits = std::vector<bool>;

/// `count` low bits of a number.
Bits to_bits(std::uint64_t value, int count);
/// Appends `count` low bits of a number.
void append_bits(Bits& bits, std::uint64_t value, int count);

struct DrivenPort {
  std::string name;
  int bits = 0;
};

/// A run of consecutive cycles whose energy is told apart.
struct Window {
  std::int64_t first = 0;  ///< cycle
  std::int64_t cycles = 0;
  int kind = 0;       ///< what the cycles are, as the unit counts them
  double weight = 0;  ///< events (MAC slots, outputs, ...) that the window did
};

struct GateStimulus {
  std::vector<DrivenPort> inputs;   ///< all inputs but the clock
  std::vector<DrivenPort> outputs;  ///< those that are checked
  std::vector<std::vector<Bits>>
      drive;  ///< [cycle][input]: set just after the clock edge that begins the cycle
  /// [cycle][output]: value at the end of the cycle; nullopt is not checked.
  std::vector<std::vector<std::optional<Bits>>> expect;
  std::vector<Window> windows;  ///< in order, not overlapping

  std::int64_t cycles() const { return static_cast<std::int64_t>(drive.size()); }
};

}  // namespace napier::cost
