#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace napier {

/// Random bits that hardware rounds with: Simon32/64 (Beaulieu et al., "The Simon and Speck families of
/// lightweight block ciphers", IACR ePrint 2013/404) in counter mode, cut to 10 of its 32 rounds. A round is
/// ANDs, XORs and rotations, no multiplier and no adder. The same (key, index) gives the same bits whatever
/// the order of the indices, so neither tiling nor threads change a result. Nine rounds are the fewest whose
/// bits pass the tests of tests/units/simon_test.cpp; it is no cipher any more.
template <int kRounds>
class SimonCounter {
  static_assert(kRounds >= 4 && kRounds <= 32);

 public:
  using RoundKeys = std::array<std::uint16_t, std::size_t{kRounds}>;
  static constexpr int rounds() { return kRounds; }

  /// Key word 0, the first that is used, in the low 16 bits.
  explicit SimonCounter(std::uint64_t key) {
    for (std::size_t i = 0; i < 4; ++i) keys_[i] = static_cast<std::uint16_t>(key >> (16 * i));
    for (std::size_t i = 4; i < keys_.size(); ++i) {
      const std::uint32_t mixed = rotate(keys_[i - 1], 13) ^ keys_[i - 3];
      keys_[i] = static_cast<std::uint16_t>(~keys_[i - 4] ^ mixed ^ rotate(mixed, 15) ^
                                            schedule_constant(static_cast<int>(i)));
    }
  }

  /// 32 random bits of an index.
  std::uint32_t operator()(std::uint32_t index) const { return bits(index, keys_); }

  /// The same, for loops that are to be compiled for vectors.
  static std::uint32_t bits(std::uint32_t index, const RoundKeys& keys) {
    std::uint32_t x = index >> 16, y = index & 0xFFFF;
    for (const std::uint16_t key : keys) {
      const std::uint32_t before = x;
      x = y ^ ((rotate(x, 1) & rotate(x, 8)) ^ rotate(x, 2)) ^ key;
      y = before;
    }
    return x << 16 | y;
  }

  /// What the key schedule XORs into the complement of round key i - 4 besides the mixed keys, i >= 4.
  static std::uint32_t schedule_constant(int i) {
    // The sequence z0 of the key schedule, its first bit in bit 0.
    constexpr std::uint64_t kZ0 = 0x19C3522FB386A45F;
    return static_cast<std::uint32_t>(kZ0 >> (i - 4) % 62 & 1) ^ 3U;
  }

  const RoundKeys& round_keys() const { return keys_; }

  /// Of 16 bits, to the left.
  static std::uint32_t rotate(std::uint32_t x, int by) { return (x << by | x >> (16 - by)) & 0xFFFF; }

 private:
  RoundKeys keys_{};
};

/// Randomness of stochastic rounding in hardware.
using RoundingNoise = SimonCounter<10>;

}  // namespace napier
