#pragma once
#include <string>

#include "models/nn/shape.hpp"

namespace napier {
class Parallel;
}

namespace napier::nn {

/// Scores of queries against keys, square matrices [query][key] of side `sequence` one after another, to
/// probabilities in place: softmax(scale score) over the keys up to the query's own place, 0 for later keys.
/// InputError naming `name` where a score that counts is not finite.
template <class Real>
void causal_softmax(Tensor<Real>& scores, int sequence, Real scale, const std::string& name,
                    const Parallel& threads);

/// The gradient by the probabilities to that by the scores, in place.
template <class Real>
void causal_softmax_backward(const Tensor<Real>& probabilities, Tensor<Real>& gradient, int sequence,
                             Real scale, const Parallel& threads);

}  // namespace napier::nn
