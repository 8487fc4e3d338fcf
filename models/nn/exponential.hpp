#pragma once
#include "models/train/host_math.hpp"

namespace napier::nn {

/// e^x for x <= 0, the same bits on every machine. Relative error at most 2^-50 in double precision, and
/// (|x| + 2.01) 2^-23 in single: x log2(e) rounds twice, by at most |x| 2^-23 ln 2 log2(e) together in the
/// exponent, and 2^x is within 2 units in the last place. Below 2^-126 (double: e^-708) the result is 0.
inline double exp_nonpositive(double x) { return portable_exp(x); }
inline float exp_nonpositive(float x) {
  constexpr float kLog2E = 0x1.715476p+0F;
  const float octaves = x * kLog2E;
  return octaves < -126.0F ? 0.0F : portable_exp2(octaves);
}

}  // namespace napier::nn
