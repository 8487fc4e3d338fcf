#pragma once
#include <cstdint>
#include <span>

namespace napier {
class Parallel;
}

namespace napier::nn {

struct Loss {
  double mean = 0;  ///< cross entropy, nats, mean over predictions
  int correct = 0;  ///< predictions whose largest logit (the first of equals) is their label's
};

/// Softmax and mean cross entropy, in double precision and fixed order. logits, gradient: labels x classes;
/// gradient = (softmax - one-hot) / labels, or empty. InputError: logits that are not finite, no labels, or
/// a label that is no class. InternalError where sizes do not fit. `threads` share the rows, or are null;
/// results do not depend on them.
template <class Real>
Loss softmax_cross_entropy(std::span<const double> logits, std::span<const std::uint8_t> labels, int classes,
                           std::span<Real> gradient, const Parallel* threads = nullptr);

}  // namespace napier::nn
