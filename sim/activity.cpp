#include "sim/activity.hpp"

#include <cstring>

namespace napier::sim {

std::int64_t hamming(std::span<const std::uint8_t> x, std::span<const std::uint8_t> y) {
  std::int64_t total = 0;
  std::size_t i = 0;
  for (; i + 8 <= x.size(); i += 8) {
    std::uint64_t p = 0, q = 0;
    std::memcpy(&p, x.data() + i, 8);
    std::memcpy(&q, y.data() + i, 8);
    total += ones(p ^ q);
  }
  for (; i < x.size(); ++i) total += ones(x[i] ^ y[i]);
  return total;
}

}  // namespace napier::sim
