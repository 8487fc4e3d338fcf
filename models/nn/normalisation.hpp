#pragma once

namespace napier::nn {

/// Settings of normalisation layers.
struct NormalisationParameters {
  double epsilon = 1e-5;  ///< added to variances; above 0, at most 1
  double momentum =
      0.1;  ///< weight of a batch in batch normalisation's running statistics; above 0, at most 1
};

/// InputError where a setting is out of range.
void check(const NormalisationParameters& parameters);

}  // namespace napier::nn
