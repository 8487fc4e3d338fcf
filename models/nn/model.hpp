#pragma once
#include <cstdint>
#include <memory>
#include <span>

#include "models/nn/layer.hpp"

namespace napier::nn {

/// Turns a batch's bytes into the first tensor.
template <class Real>
class Entry {
 public:
  virtual ~Entry() = default;
  virtual Shape output() const = 0;
  virtual int bytes() const = 0;  ///< a sample
  virtual Tensor<Real> forward(std::span<const std::uint8_t> inputs, Mode mode) = 0;
  virtual void backward(const Tensor<Real>& dy) = 0;
};

/// A network from bytes to logits. Its parameters are the engine's; see networks.hpp for those there are.
template <class Real>
class Model {
 public:
  Model(std::unique_ptr<Entry<Real>> entry, std::unique_ptr<Layer<Real>> body);

  int inputs() const { return entry_->bytes(); }  ///< bytes a sample
  /// Predictions a sample makes: 1, or one a symbol of a sequence.
  int predictions() const { return static_cast<int>(body_->output().pixels()); }
  int classes() const { return body_->output().channels; }

  /// inputs: samples x inputs() bytes. Returns logits, samples x predictions() x classes(). InputError: no
  /// sample, or half ones.
  Tensor<Real> forward(std::span<const std::uint8_t> inputs, Mode mode);
  /// The gradient of the loss by the last training pass's logits; leaves all parameters' gradients with the
  /// engine. InternalError where that pass is not the last.
  void backward(Tensor<Real> dlogits);
  /// What training leaves behind beside the engine's parameters: running statistics.
  void exchange(StateArchive& archive) { body_->exchange(archive); }

 private:
  std::unique_ptr<Entry<Real>> entry_;
  std::unique_ptr<Layer<Real>> body_;
  std::size_t awaited_ = 0;  ///< logits of the pass that backward() may follow
};

}  // namespace napier::nn
