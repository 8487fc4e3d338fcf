#pragma once
#include <memory>
#include <string>

#include "models/nn/projection.hpp"

namespace napier::nn {

struct AttentionParameters {
  int heads = 1;            ///< divides the channels
  double output_limit = 0;  ///< of the output projection's initial weights
};

/// Causal self-attention with several heads (Vaswani et al. 2017) over sequences, 1 x sequence x channels:
/// with q, k, v linear in x and d = channels / heads, each head gives softmax(q k^T / sqrt(d)) v over the
/// places up to its own, and the heads side by side pass an output projection. All products are the engine's,
/// on rounded operands; scaling, softmax and their derivatives are the host's, on unrounded numbers.
template <class Real>
class Attention : public Layer<Real> {
 public:
  /// InputError where heads do not divide the channels.
  Attention(const Builder<Real>& builder, const std::string& name, const Shape& shape,
            const AttentionParameters& parameters);

  Shape output() const override { return shape_; }
  Tensor<Real> forward(Tensor<Real> x, Mode mode) override;
  Tensor<Real> backward(Tensor<Real> dy) override;

 private:
  using Kept = std::unique_ptr<Operand>;
  /// A linear map of x, with the places of its result in the forward and of the gradient in the backward
  /// pass.
  struct Input {
    Projection<Real> projection;
    Site& value_site;
    Site& error_site;
    Kept value;  ///< [sample][head][place][d]
  };
  Input input(const Builder<Real>& builder, const std::string& part);
  void project(Input& input, int batch);
  /// The gradients of an input's parameters, from its own by [sample][head][place][d]; that by x is added to
  /// dx.
  void back(Input& input, const Tensor<Real>& dhead, Tensor<Real>& dx);
  Tensor<Real> product(const BatchedProduct& shape, const Operand& a, const Operand& b, bool backward);

  std::string name_;
  Engine<Real>& engine_;
  const Parallel& threads_;
  Shape shape_;
  int heads_, depth_;  ///< depth: d
  Site& x_site_;
  Input query_, key_, value_;
  Site& probability_site_;
  Site& context_site_;
  Projection<Real> out_;
  Site& error_site_;
  Site& context_error_site_;
  Site& score_error_site_;
  Kept x_, probability_operand_, context_;
  Tensor<Real> probabilities_;
};

}  // namespace napier::nn
