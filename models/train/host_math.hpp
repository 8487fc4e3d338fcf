#pragma once

/// Elementary functions made of IEEE additions, multiplications and divisions alone. The C library's differ
/// in the last bit between machines, and a bit is enough to train another network.
namespace napier {

/// e^x for finite x; 0 below -708, InternalError above 708. Within 4 units in the last place.
double portable_exp(double x);

/// Natural logarithm of a finite, normal x > 0. Within 2 units in the last place, or 2^-53 near x = 1.
double portable_log(double x);

/// 2^x for -126 <= x <= 127. Within 2 units in the last place.
float portable_exp2(float x);

}  // namespace napier
