#pragma once
#include <cstdint>

/// Host-side behaviour of every channel, shared by the SystemC test bench and the Verilator harness (this
/// header is copied next to the emitted harness, so it stands alone).
namespace napier {

/// True where the host holds back channel `channel` in `cycle`: about `percent` % of cycles, 0 for none. A
/// source asks only while it has no word on offer (an offered word stays); a sink asks in every cycle.
inline bool host_stalls(std::uint64_t seed, unsigned percent, unsigned channel, std::uint64_t cycle) {
  if (percent == 0) return false;
  std::uint64_t z = seed + 0x9E3779B97F4A7C15ULL * (cycle * 64 + channel + 1);  // splitmix64
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  z ^= z >> 31;
  return z % 100 < percent;
}

}  // namespace napier
