// The language model.
#include <cmath>

#include "models/nn/attention.hpp"
#include "models/nn/convolution_layer.hpp"
#include "models/nn/embedding.hpp"
#include "models/nn/gelu.hpp"
#include "models/nn/layer_norm.hpp"
#include "models/nn/networks.hpp"
#include "models/nn/ranges.hpp"
#include "models/nn/residual.hpp"

namespace napier::nn {
namespace {

void check(const TransformerParameters& parameters) {
  check_range("symbols", parameters.symbols, 2, 256);
  check_range("sequence", parameters.sequence, 1, 4096);
  check_range("width", parameters.width, 1, 4096);
  check_range("heads", parameters.heads, 1, 64);
  check_range("blocks", parameters.blocks, 1, 64);
  check_range("hidden", parameters.hidden, 1, 65536);
  check(parameters.normalisation);
}

/// What its blocks are built from.
template <class Real>
struct Parts {
  const Builder<Real>& builder;
  const TransformerParameters& parameters;

  /// What is added to the residual stream starts smaller by the square root of how often that happens, so
  /// that the stream's variance does not grow with depth (Radford et al. 2019).
  double branch_limit(int inputs) const {
    return glorot_limit(inputs, parameters.width) / std::sqrt(2.0 * parameters.blocks);
  }
  void norm(Sequence<Real>& body, const std::string& name) const {
    body.template add<LayerNorm<Real>>(builder, name, body.output(), parameters.normalisation);
  }
  void linear(Sequence<Real>& body, const std::string& name, int outputs, double limit) const {
    const Shape input = body.output();
    const Convolution shape{
        .height = input.height, .width = input.width, .channels = input.channels, .outputs = outputs};
    body.template add<ConvolutionLayer<Real>>(builder, name, shape, ProjectionStart{.limit = limit}, false);
  }
  void residual(Sequence<Real>& body, const std::string& name, Sequence<Real> branch) const {
    body.template add<Residual<Real>>(builder, name, std::move(branch), Sequence<Real>(body.output()));
  }

  void block(Sequence<Real>& body, const std::string& name) const {
    const int width = parameters.width;
    Sequence<Real> attention(body.output());
    norm(attention, name + ".norm1");
    attention.template add<Attention<Real>>(
        builder, name + ".attention", attention.output(),
        AttentionParameters{.heads = parameters.heads, .output_limit = branch_limit(width)});
    residual(body, name, std::move(attention));

    Sequence<Real> feed_forward(body.output());
    norm(feed_forward, name + ".norm2");
    linear(feed_forward, name + ".fc1", parameters.hidden, glorot_limit(width, parameters.hidden));
    feed_forward.template add<Gelu<Real>>(builder, feed_forward.output());
    linear(feed_forward, name + ".fc2", width, branch_limit(parameters.hidden));
    residual(body, name, std::move(feed_forward));
  }
};

}  // namespace

template <class Real>
std::unique_ptr<Model<Real>> make_transformer(const TransformerParameters& parameters,
                                              const Builder<Real>& builder) {
  check(parameters);
  auto entry = std::make_unique<Embedding<Real>>(
      builder, "embedding", EmbeddingParameters{parameters.symbols, parameters.sequence, parameters.width});
  auto body = std::make_unique<Sequence<Real>>(entry->output());
  const Parts<Real> parts{builder, parameters};
  for (int block = 1; block <= parameters.blocks; ++block)
    parts.block(*body, "block" + std::to_string(block));
  parts.norm(*body, "norm");
  parts.linear(*body, "out", parameters.symbols, glorot_limit(parameters.width, parameters.symbols));
  return std::make_unique<Model<Real>>(std::move(entry), std::move(body));
}

template std::unique_ptr<Model<float>> make_transformer(const TransformerParameters&, const Builder<float>&);
template std::unique_ptr<Model<double>> make_transformer(const TransformerParameters&,
                                                         const Builder<double>&);

}  // namespace napier::nn
