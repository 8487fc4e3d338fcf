#include "models/train/host_math.hpp"

#include <cmath>

#include "models/base/error.hpp"

namespace napier {

double portable_exp(double x) {
  if (x < -708.0) return 0.0;
  if (!(x <= 708.0)) throw InternalError("exponential out of range");
  constexpr double kLog2E = 0x1.71547652b82fep+0;
  constexpr double kLn2High = 0x1.62e42feep-1;  // 32 bits: its products with small integers are exact
  constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
  const double octaves = std::floor(x * kLog2E + 0.5);
  const double r = (x - octaves * kLn2High) - octaves * kLn2Low;  // |r| <= 0.35
  double sum = 1.0;  // Taylor: the first dropped term is r^15/15! < 2^-63
  for (int i = 14; i >= 1; --i) sum = 1.0 + r * sum / i;
  return std::ldexp(sum, static_cast<int>(octaves));
}

double portable_log(double x) {
  constexpr double kLn2 = 0x1.62e42fefa39efp-1;
  int exponent = 0;
  double mantissa = std::frexp(x, &exponent);
  if (mantissa < 0x1.6a09e667f3bcdp-1) {  // sqrt(1/2)
    mantissa *= 2;
    --exponent;
  }
  const double s = (mantissa - 1) / (mantissa + 1);  // log m = 2 atanh s, |s| <= 0.172
  const double square = s * s;
  double sum = 0.0;  // the first dropped term is s^24/25 < 2^-65
  for (int i = 23; i >= 3; i -= 2) sum = square * (1.0 / i + sum);
  return exponent * kLn2 + 2 * (s + s * sum);
}

}  // namespace napier
