#pragma once
#include <functional>
#include <memory>

#include "models/nn/networks.hpp"
#include "tests/nn/gradient_check.hpp"

/// Gradient checks of layers and networks on small random numbers.
namespace napier::nn {

using MakeLayer = std::function<std::unique_ptr<Layer<double>>(const Builder<double>&)>;
using MakeModel = std::function<std::unique_ptr<Model<double>>(const Builder<double>&)>;

/// Of a layer's input and parameters; the loss is a sum of the outputs with random weights in +-1. Parameters
/// start off their special values (gains 1, biases 0), so that errors in using them show.
GradientCheck check_layer(ReferenceEngine<double>& engine, const MakeLayer& make, const Shape& input,
                          int batch);

/// Of a network's parameters; the loss is the network's own. `symbols`: bytes are below.
GradientCheck check_model(ReferenceEngine<double>& engine, const MakeModel& make, int batch,
                          std::uint32_t symbols = 256);

}  // namespace napier::nn
