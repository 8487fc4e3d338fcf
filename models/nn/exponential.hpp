#pragma once
#include <span>

#include "models/nn/sign_and_size.hpp"
#include "models/train/host_math.hpp"

namespace napier::nn {

/// e^x for x <= 0 (where x is NaN, its sign bit set: 0), the same bits on every machine. Relative error at
/// most 2^-50 in double precision, and (|x| + 2.01) 2^-23 in single: x log2(e) rounds twice, by at most |x|
/// 2^-23 ln 2 log2(e) together in the exponent, and 2^x is within 2 units in the last place. Below e^-708, in
/// single precision 2^-126.5, the result is 0; between that and 2^-126 it errs by up to 2^-147 more.
inline double exp_nonpositive(double x) { return portable_exp(limited(x, 709.0)); }
inline float exp_nonpositive(float x) {
  constexpr float kLog2E = 0x1.715476p+0F;
  return portable_exp2(limited(x * kLog2E, 127.0F));
}

/// Each x becomes e^(x - largest); none is larger than that.
void exponentials(std::span<float> x, float largest);
void exponentials(std::span<double> x, double largest);

}  // namespace napier::nn
