#pragma once
#include "models/nn/sequence.hpp"

namespace napier::nn {

/// branch(x) + shortcut(x), the shortcut often the identity (He et al. 2016).
template <class Real>
class Residual : public Layer<Real> {
 public:
  /// InputError naming `name` where the two sides' shapes differ.
  Residual(const Builder<Real>& builder, const std::string& name, Sequence<Real> branch,
           Sequence<Real> shortcut);
  Shape output() const override { return branch_.output(); }
  Tensor<Real> forward(Tensor<Real> x, Mode mode) override;
  Tensor<Real> backward(Tensor<Real> dy) override;
  void exchange(StateArchive& archive) override;

 private:
  const Parallel& threads_;
  Sequence<Real> branch_, shortcut_;
};

}  // namespace napier::nn
