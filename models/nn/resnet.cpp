// The residual network.
#include "models/nn/batch_norm.hpp"
#include "models/nn/image_layers.hpp"
#include "models/nn/networks.hpp"
#include "models/nn/pixels.hpp"
#include "models/nn/pooling.hpp"
#include "models/nn/ranges.hpp"
#include "models/nn/relu.hpp"
#include "models/nn/residual.hpp"

namespace napier::nn {
namespace {

void check(const ResnetParameters& parameters) {
  check_image(parameters.image);
  check_range("classes", parameters.classes, 2, 256);
  check_range("blocks", parameters.blocks, 1, 18);
  check_range("width", parameters.width, 1, 256);
  check(parameters.normalisation);
}

/// What its blocks are built from.
template <class Real>
struct Parts {
  const Builder<Real>& builder;
  const NormalisationParameters& normalisation;

  void convolution(Sequence<Real>& body, const std::string& name,
                   const typename ImageLayers<Real>::Kernel& kernel) const {
    ImageLayers<Real>(builder, body).convolution(name, kernel);
    body.template add<BatchNorm<Real>>(builder, name + ".norm", body.output(), normalisation);
  }
  void relu(Sequence<Real>& body) const { body.template add<Relu<Real>>(builder, body.output()); }

  /// Two convolutions beside a shortcut; ReLU after the sum.
  void block(Sequence<Real>& body, const std::string& name, int width, int stride) const {
    Sequence<Real> branch(body.output()), shortcut(body.output());
    convolution(branch, name + ".conv1", {.outputs = width, .size = 3, .stride = stride, .bias = false});
    relu(branch);
    convolution(branch, name + ".conv2", {.outputs = width, .size = 3, .bias = false});
    if (branch.output() != shortcut.output()) {
      convolution(shortcut, name + ".shortcut",
                  {.outputs = width, .size = 1, .stride = stride, .bias = false});
    }
    body.template add<Residual<Real>>(builder, name, std::move(branch), std::move(shortcut));
    relu(body);
  }
};

}  // namespace

template <class Real>
std::unique_ptr<Model<Real>> make_resnet(const ResnetParameters& parameters, const Builder<Real>& builder) {
  check(parameters);
  auto body = std::make_unique<Sequence<Real>>(parameters.image);
  const Parts<Real> parts{builder, parameters.normalisation};
  parts.convolution(*body, "conv1", {.outputs = parameters.width, .size = 3, .bias = false, .first = true});
  parts.relu(*body);
  int width = parameters.width;
  for (int stage = 1; stage <= 3; ++stage) {
    for (int block = 1; block <= parameters.blocks; ++block) {
      const std::string name = "stage" + std::to_string(stage) + ".block" + std::to_string(block);
      parts.block(*body, name, width, stage > 1 && block == 1 ? 2 : 1);
    }
    width *= 2;
  }
  const Window whole{body->output().height, body->output().width};
  body->template add<AveragePooling<Real>>(builder, "pool", body->output(), whole);
  ImageLayers<Real>(builder, *body).linear("fc", parameters.classes);
  return std::make_unique<Model<Real>>(std::make_unique<Pixels<Real>>(parameters.image), std::move(body));
}

template std::unique_ptr<Model<float>> make_resnet(const ResnetParameters&, const Builder<float>&);
template std::unique_ptr<Model<double>> make_resnet(const ResnetParameters&, const Builder<double>&);

}  // namespace napier::nn
