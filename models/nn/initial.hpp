#pragma once
#include <cstdint>
#include <vector>

#include "models/base/random.hpp"

namespace napier::nn {

/// Initial values: uniform numbers, each tensor from the next Philox stream of the seed (0, 1, ...), drawn in
/// FP32 so that all engines start from the same.
class Initial {
 public:
  explicit Initial(std::uint64_t seed) : random_(seed) {}

  /// Uniform in +-limit; `limit` is rounded to FP32 first.
  template <class Real>
  std::vector<Real> uniform(std::size_t count, double limit) {
    const auto bound = static_cast<float>(limit);
    std::vector<Real> values(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = Real{bound * random_.symmetric(stream_, i)};
    ++stream_;
    return values;
  }

 private:
  Philox random_;
  std::uint64_t stream_ = 0;
};

/// Limit sqrt(6 / inputs), for layers before a ReLU (He et al. 2015).
double he_limit(int inputs);
/// Limit sqrt(6 / (inputs + outputs)) (Glorot and Bengio 2010).
double glorot_limit(int inputs, int outputs);

}  // namespace napier::nn
