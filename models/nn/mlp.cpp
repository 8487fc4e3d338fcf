// The multi-layer perceptron.
#include "models/base/error.hpp"
#include "models/nn/convolution_layer.hpp"
#include "models/nn/networks.hpp"
#include "models/nn/pixels.hpp"
#include "models/nn/ranges.hpp"
#include "models/nn/relu.hpp"
#include "models/nn/sequence.hpp"

namespace napier::nn {

template <class Real>
std::unique_ptr<Model<Real>> make_mlp(const MlpParameters& parameters, const Builder<Real>& builder) {
  const std::vector<int>& sizes = parameters.layers;
  if (sizes.size() < 2)
    throw InputError("network: layers lists fewer than two sizes; give inputs and classes");
  for (const int size : sizes) check_range("a size in layers", size, 1, 65536);
  const Shape input{1, 1, sizes[0]};
  auto body = std::make_unique<Sequence<Real>>(input);
  for (std::size_t l = 0; l + 1 < sizes.size(); ++l) {
    if (l > 0) body->template add<Relu<Real>>(builder, body->output());
    body->template add<ConvolutionLayer<Real>>(builder, "fc" + std::to_string(l + 1),
                                               Convolution{.channels = sizes[l], .outputs = sizes[l + 1]},
                                               ProjectionStart{.limit = he_limit(sizes[l])}, l == 0);
  }
  return std::make_unique<Model<Real>>(std::make_unique<Pixels<Real>>(input), std::move(body));
}

template std::unique_ptr<Model<float>> make_mlp(const MlpParameters&, const Builder<float>&);
template std::unique_ptr<Model<double>> make_mlp(const MlpParameters&, const Builder<double>&);

}  // namespace napier::nn
