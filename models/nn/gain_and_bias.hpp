#pragma once
#include <string>
#include <vector>

#include "models/nn/layer.hpp"

namespace napier::nn {

/// What normalisation layers do after they have normalised: y = gain x + bias, channel by channel, channels
/// fastest.
template <class Real>
class GainAndBias {
 public:
  /// Makes the host tensors `name`.gain (ones) and `name`.bias (zeros).
  GainAndBias(const Builder<Real>& builder, const std::string& name, std::size_t channels);

  const std::vector<Real>& gain() const { return gain_.values; }
  /// x to y, in place.
  void apply(Tensor<Real>& x) const;
  /// Sets the gradients of bias and gain: for each channel the sum of dy, and of dy times the normalised x.
  /// Returns all of the first, then all of the second, in double precision.
  std::vector<double> take_gradients(const Tensor<Real>& dy, const Tensor<Real>& normalised);

 private:
  const Parallel& threads_;
  HostTensor<Real>& gain_;
  HostTensor<Real>& bias_;
};

}  // namespace napier::nn
