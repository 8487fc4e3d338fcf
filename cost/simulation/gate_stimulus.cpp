#include "cost/simulation/gate_stimulus.hpp"

namespace napier::cost {

void append_bits(Bits& bits, std::uint64_t value, int count) {
  for (int i = 0; i < count; ++i) bits.push_back(i < 64 && ((value >> i) & 1U) != 0);
}

Bits to_bits(std::uint64_t value, int count) {
  Bits bits;
  append_bits(bits, value, count);
  return bits;
}

}  // namespace napier::cost
