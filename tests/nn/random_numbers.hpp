#pragma once
#include <cstdint>
#include <vector>

#include "models/base/random.hpp"

namespace napier::nn {

/// Uniform in +-limit.
template <class Real = double>
std::vector<Real> random_numbers(std::size_t count, std::uint64_t stream, double limit = 1.0) {
  const Philox random(2022);
  std::vector<Real> numbers(count);
  for (std::size_t i = 0; i < count; ++i) {
    numbers[i] = static_cast<Real>(limit * double{random.symmetric(stream, i)});
  }
  return numbers;
}

inline std::vector<std::uint8_t> random_bytes(std::size_t count, std::uint64_t stream,
                                              std::uint32_t bound = 256) {
  const Philox random(2022);
  std::vector<std::uint8_t> bytes(count);
  for (std::size_t i = 0; i < count; ++i)
    bytes[i] = static_cast<std::uint8_t>(random.below(bound, stream, i));
  return bytes;
}

}  // namespace napier::nn
