// The plain convolutional network.
#include "models/base/error.hpp"
#include "models/nn/batch_norm.hpp"
#include "models/nn/image_layers.hpp"
#include "models/nn/networks.hpp"
#include "models/nn/pixels.hpp"
#include "models/nn/pooling.hpp"
#include "models/nn/ranges.hpp"
#include "models/nn/relu.hpp"

namespace napier::nn {
namespace {

void check(const CnnParameters& parameters) {
  check_image(parameters.image);
  check_range("classes", parameters.classes, 2, 256);
  check_range("kernel", parameters.kernel, 1, 15);
  if (parameters.kernel % 2 == 0) throw InputError("network: kernel is even; give an odd size");
  check_range("hidden", parameters.hidden, 1, 65536);
  if (parameters.convolutions.empty()) {
    throw InputError("network: convolutions is empty; give at least one number of outputs");
  }
  for (const int outputs : parameters.convolutions)
    check_range("an output in convolutions", outputs, 1, 4096);
  check(parameters.normalisation);
}

}  // namespace

template <class Real>
std::unique_ptr<Model<Real>> make_cnn(const CnnParameters& parameters, const Builder<Real>& builder) {
  check(parameters);
  auto body = std::make_unique<Sequence<Real>>(parameters.image);
  ImageLayers<Real> layers(builder, *body);
  for (std::size_t l = 0; l < parameters.convolutions.size(); ++l) {
    const std::string number = std::to_string(l + 1);
    layers.convolution("conv" + number, {.outputs = parameters.convolutions[l],
                                         .size = parameters.kernel,
                                         .bias = !parameters.batch_norm,
                                         .first = l == 0});
    if (parameters.batch_norm) {
      body->template add<BatchNorm<Real>>(builder, "norm" + number, body->output(), parameters.normalisation);
    }
    body->template add<Relu<Real>>(builder, body->output());
    body->template add<MaxPooling<Real>>(builder, "pool" + number, body->output(), Window{2, 2});
  }
  layers.linear("fc1", parameters.hidden);
  body->template add<Relu<Real>>(builder, body->output());
  layers.linear("fc2", parameters.classes);
  return std::make_unique<Model<Real>>(std::make_unique<Pixels<Real>>(parameters.image), std::move(body));
}

template std::unique_ptr<Model<float>> make_cnn(const CnnParameters&, const Builder<float>&);
template std::unique_ptr<Model<double>> make_cnn(const CnnParameters&, const Builder<double>&);

}  // namespace napier::nn
