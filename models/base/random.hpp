#pragma once
#include <array>
#include <cstdint>

namespace napier {

/// Philox4x32-10, a counter-based generator: the same (seed, stream, index) gives the same numbers on every
/// machine, in any order. Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
class Philox {
 public:
  using Block = std::array<std::uint32_t, 4>;
  explicit Philox(std::uint64_t seed)
      : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)} {}

  /// Four random words for a 128-bit counter.
  Block block(Block counter) const {
    std::array<std::uint32_t, 2> key = key_;
    for (int round = 0; round < 10; ++round) {
      const std::uint64_t p0 = std::uint64_t{0xD2511F53U} * counter[0];
      const std::uint64_t p1 = std::uint64_t{0xCD9E8D57U} * counter[2];
      counter = {static_cast<std::uint32_t>(p1 >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(p1),
                 static_cast<std::uint32_t>(p0 >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(p0)};
      key[0] += 0x9E3779B9U;
      key[1] += 0xBB67AE85U;
    }
    return counter;
  }

  /// Random word `index` of `stream`.
  std::uint32_t word(std::uint64_t stream, std::uint64_t index) const {
    return block({static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32),
                  static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(stream >> 32)})[0];
  }

  /// Uniform in 0..bound-1 (by multiplication; off from uniform by less than bound / 2^32).
  std::uint32_t below(std::uint32_t bound, std::uint64_t stream, std::uint64_t index) const {
    return static_cast<std::uint32_t>(std::uint64_t{word(stream, index)} * bound >> 32);
  }

  /// Uniform in (-1, 1), never zero: an odd multiple of 2^-23.
  float symmetric(std::uint64_t stream, std::uint64_t index) const {
    const auto odd = static_cast<std::int32_t>(word(stream, index) >> 8 | 1U);
    return static_cast<float>(odd - (1 << 23)) * 0x1p-23F;
  }

 private:
  std::array<std::uint32_t, 2> key_;
};

}  // namespace napier
