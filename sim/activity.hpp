#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// What moved: events and bit changes of one component. docs/simulator.md lists them.
namespace napier::sim {

struct Event {
  std::string component, event;
  std::int64_t count = 0;
  std::string unit;
};

/// Number of ones, by the bit-sliced adder of Warren, Hacker's Delight, section 5-1: plain shifts and adds,
/// which compilers turn into vector code on any x86-64.
constexpr std::int64_t ones(std::uint64_t v) {
  v -= (v >> 1) & 0x5555555555555555U;
  v = (v & 0x3333333333333333U) + ((v >> 2) & 0x3333333333333333U);
  v = (v + (v >> 4)) & 0x0F0F0F0F0F0F0F0FU;
  return static_cast<std::int64_t>((v * 0x0101010101010101U) >> 56);
}

/// Bits in which two words of the same size differ.
std::int64_t hamming(std::span<const std::uint8_t> x, std::span<const std::uint8_t> y);

/// Bits in which the low `bits` of two numbers differ.
constexpr std::int64_t hamming(std::int64_t x, std::int64_t y, int bits) {
  return ones(static_cast<std::uint64_t>(x ^ y) << static_cast<unsigned>(64 - bits));
}

}  // namespace napier::sim
