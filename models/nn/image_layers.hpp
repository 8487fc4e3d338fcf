#pragma once
#include <string>

#include "models/nn/convolution_layer.hpp"
#include "models/nn/sequence.hpp"

namespace napier::nn {

/// The layers that networks on images share, appended to `body` with He's initial values.
template <class Real>
class ImageLayers {
 public:
  ImageLayers(const Builder<Real>& builder, Sequence<Real>& body) : builder_(builder), body_(body) {}

  struct Kernel {
    int outputs;
    int size;  ///< odd; padding keeps the image's size at stride 1
    int stride = 1;
    bool bias = true;
    bool first = false;  ///< nothing before it learns
  };
  void convolution(const std::string& name, const Kernel& kernel) {
    const Shape input = body_.output();
    const Convolution shape{.height = input.height,
                            .width = input.width,
                            .channels = input.channels,
                            .kernel_height = kernel.size,
                            .kernel_width = kernel.size,
                            .stride = kernel.stride,
                            .padding = kernel.size / 2,
                            .outputs = kernel.outputs};
    const ProjectionStart start{.limit = he_limit(shape.patch()), .bias = kernel.bias};
    body_.template add<ConvolutionLayer<Real>>(builder_, name, shape, start, kernel.first);
  }

  void linear(const std::string& name, int outputs) {
    body_.flatten();
    convolution(name, {.outputs = outputs, .size = 1});
  }

 private:
  const Builder<Real>& builder_;
  Sequence<Real>& body_;
};

}  // namespace napier::nn
