// Plain C++ for any machine and any width: sums in 64 bits, one table look-up a product.
#include <algorithm>
#include <array>

#include "models/gemm/kernel.hpp"
#include "models/units/accumulation_collector.hpp"

namespace napier::gemm {
namespace {

using Sums = std::array<std::int64_t, kPanel>;

/// Walks the vectors of every column; add_group(sums, group, n) adds one group's products to each row's sum.
template <class AddGroup>
std::int64_t walk(const Tile& t, int shift, AddGroup add_group) {
  std::int64_t overflows = 0;
  for (int n = t.n_begin; n < t.n_end; ++n) {
    std::int32_t* out = t.acc + n * t.acc_stride;
    for (int i = 0; i < t.rows; ++i) out[i] = t.bias != nullptr ? t.bias[i] : 0;
    for (int start = 0; start < t.groups; start += t.groups_per_vector) {
      Sums sums{};
      for (int g = start; g < std::min(t.groups, start + t.groups_per_vector); ++g) add_group(sums, g, n);
      for (int i = 0; i < t.rows; ++i) {
        const int octaves =
            t.shifts != nullptr ? t.shifts[i * t.shift_stride + start / t.groups_per_vector] : 0;
        const std::int64_t sum = sums[static_cast<std::size_t>(i)] >> std::min(shift + octaves, 63);
        const auto [value, overflowed] = accumulate(out[i], sum, t.accumulator_bits, t.overflow);
        out[i] = value;
        overflows += overflowed ? 1 : 0;
      }
    }
  }
  return overflows;
}

std::int64_t half(std::uint32_t pair, int i) {
  return static_cast<std::int16_t>(static_cast<std::uint16_t>(pair >> (16 * i)));
}

}  // namespace

std::int64_t run_portable_lns(const Tile& t) {
  const std::int64_t* value = t.table->by_attenuation.data();
  return walk(t, t.table->shift, [&](Sums& sums, int g, int n) {
    const std::uint32_t* a_words = t.a + std::int64_t{g} * 2 * kPanel;
    const std::uint32_t* b_words = t.b + 2 * (std::int64_t{n} * t.groups + g);
    const std::uint32_t b = b_words[0];
    for (int i = 0; i < t.rows; ++i) {
      const std::uint32_t a = a_words[i];
      const std::uint32_t sign = a_words[kPanel + i] ^ b_words[1];
      for (int byte = 0; byte < 32; byte += 8) {
        const std::int64_t product = value[((a >> byte) & 255) + ((b >> byte) & 255)];
        sums[static_cast<std::size_t>(i)] += (sign >> byte & 2) != 0 ? -product : product;
      }
    }
  });
}

std::int64_t run_portable_int8(const Tile& t) {
  return walk(t, 0, [&](Sums& sums, int g, int n) {
    const std::uint32_t b = t.b[std::int64_t{n} * t.groups + g];
    for (int i = 0; i < t.rows; ++i) {
      const std::uint32_t a = t.a[g * kPanel + i];
      sums[static_cast<std::size_t>(i)] += half(a, 0) * half(b, 0) + half(a, 1) * half(b, 1);
    }
  });
}

}  // namespace napier::gemm
