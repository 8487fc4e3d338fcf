#pragma once
#include <cstdint>
#include <vector>

#include "explore/measure/measurement.hpp"
#include "models/units/madam_update.hpp"

namespace napier::explore {

struct SecondMomentRequest {
  std::int64_t steps = 100000;
  int weights = 64;
  std::vector<int> fractions = {8, 9, 10, 11, 12, 13, 14, 15, 16};  ///< update.v_fraction
  std::vector<int> stochastic_fractions = {4, 6, 8, 10, 12, 14};    ///< the same with v_rounding stochastic
  std::uint32_t seed = 1;
};

/// How far the unit's g* = g / sqrt(v') lies from the one whose v' is kept in FP64, over the second half of
/// the steps and all weights: both see the same gradients.
struct SecondMomentBias {
  int v_fraction = 0;
  std::int64_t steps = 0;
  double mean_percent = 0;    ///< of g*_unit / g*_FP64 - 1
  double lowest_percent = 0;  ///< of the weights' own means
  double highest_percent = 0;
};

/// Standard normal gradients (Philox), rounded to the words of an 8-bit LNS of which code E is 4 sigma;
/// beta 0.999. `design`: all but v_fraction, which the request sets: fractions, or with v_rounding stochastic
/// stochastic_fractions.
std::vector<SecondMomentBias> second_moment_bias(const Design& design, const SecondMomentRequest& request);

/// The same as a measurement, for both roundings: mean bias over v_fraction, the weights' spread as bars.
Measurement measure_second_moment(const SecondMomentRequest& request);

}  // namespace napier::explore
