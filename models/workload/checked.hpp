#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>

#include "models/base/error.hpp"

/// Counts of work that cannot wrap around: a workload too large for 64 bits is the user's mistake.
namespace napier {

/// What InputErrors of overflows say; `what` names the count and the place.
[[noreturn]] inline void refuse_count(const std::string& what) {
  throw InputError(what + " does not fit a signed 64-bit number; make the layer or the batch smaller");
}

inline std::int64_t checked_add(std::int64_t a, std::int64_t b, const std::string& what) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) refuse_count(what);
  return sum;
}

inline std::int64_t checked_product(std::initializer_list<std::int64_t> factors, const std::string& what) {
  std::int64_t product = 1;
  for (const std::int64_t factor : factors) {
    if (__builtin_mul_overflow(product, factor, &product)) refuse_count(what);
  }
  return product;
}

}  // namespace napier
