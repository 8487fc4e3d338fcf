#pragma once
#include "models/nn/engine.hpp"
#include "models/nn/initial.hpp"
#include "models/nn/shape.hpp"

namespace napier {
class Parallel;
class StateArchive;
}  // namespace napier

namespace napier::nn {

/// What a pass is for. A training pass keeps what backward() needs and normalises by the batch's statistics;
/// a test pass keeps nothing and normalises by the running statistics.
enum class Mode { kTrain, kTest };

/// What layers are built on; all of it outlives them.
template <class Real>
struct Builder {
  Engine<Real>& engine;
  const Parallel& threads;
  Initial& initial;
};

/// A step of a network from a tensor to a tensor. Its parameters are the engine's: matrices and host tensors,
/// whose gradients backward() leaves there.
/// Contract: tensors hold at least one sample of the layer's shapes, or InternalError. backward() follows a
/// forward() in training mode, at most once. Results do not depend on the number of threads.
template <class Real>
class Layer {
 public:
  virtual ~Layer() = default;
  virtual Shape output() const = 0;
  virtual Tensor<Real> forward(Tensor<Real> x, Mode mode) = 0;
  /// The loss's gradient by the output to that by the input; empty where the layer is first in its network.
  virtual Tensor<Real> backward(Tensor<Real> dy) = 0;
  /// State that training leaves behind beside the parameters.
  virtual void exchange(StateArchive& /*archive*/) {}
};

/// Samples of a tensor, at least one, else InternalError.
int samples(std::size_t numbers, const Shape& shape);

}  // namespace napier::nn
