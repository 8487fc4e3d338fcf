#include "models/train/onnx_start.hpp"

#include <algorithm>

#include "models/base/error.hpp"
#include "models/interop/array.hpp"
#include "models/interop/array_file.hpp"

namespace napier {
namespace {

/// Passes everything on but the initial values.
class StartingEngine : public nn::Engine<float> {
 public:
  StartingEngine(OnnxStart& start, nn::Engine<float>& engine) : start_(start), engine_(engine) {}

  nn::Site& site(const std::string& name, nn::Role role) override { return engine_.site(name, role); }
  nn::Matrix& matrix(const std::string& name, int rows, int columns, std::span<const float>) override {
    return engine_.matrix(name, rows, columns, start_.weights(name, rows, columns));
  }
  nn::HostTensor<float>& host_tensor(const std::string& name, std::vector<float> initial) override {
    return engine_.host_tensor(name, start_.bias(static_cast<int>(initial.size())));
  }
  std::unique_ptr<nn::Operand> operand(nn::Site& site, std::span<const float> x) override {
    return engine_.operand(site, x);
  }
  void forward(const nn::Matrix& w, const Convolution& shape, const nn::Operand& x,
               const nn::HostTensor<float>* bias, std::span<float> y) override {
    engine_.forward(w, shape, x, bias, y);
  }
  void input_gradient(const nn::Matrix& w, const Convolution& shape, const nn::Operand& dy,
                      std::span<float> dx) override {
    engine_.input_gradient(w, shape, dy, dx);
  }
  void weight_gradient(nn::Matrix& w, const Convolution& shape, const nn::Operand& x,
                       const nn::Operand& dy) override {
    engine_.weight_gradient(w, shape, x, dy);
  }
  void batched(const nn::BatchedProduct& shape, const nn::Operand& a, const nn::Operand& b, bool backward,
               std::span<float> out) override {
    engine_.batched(shape, a, b, backward, out);
  }

 private:
  OnnxStart& start_;
  nn::Engine<float>& engine_;
};

/// The layers of a file that `napier train --dump` wrote: matrices X.weight, each with its X.bias, in the
/// order of the file.
std::vector<OnnxLayer> read_dumped_layers(const std::filesystem::path& file) {
  const std::vector<Array> arrays = read_arrays(file);
  std::vector<OnnxLayer> layers;
  for (const Array& array : arrays) {
    if (!array.name.ends_with(".weight")) continue;
    if (array.shape.size() != 2) {
      throw InputError("'" + file.string() + "': array '" + array.name + "' of shape " +
                       shape_text(array.shape) + " is no matrix; use a file that napier train --dump wrote");
    }
    const std::string name = array.name.substr(0, array.name.size() - 7);
    OnnxLayer layer;
    layer.node = "'" + name + "'";
    layer.shape = array.shape;
    layer.weights = to_floats(array);
    for (const Array& other : arrays) {
      if (other.name == name + ".bias") layer.bias = to_floats(other);
    }
    if (!layer.bias.empty() && layer.bias.size() != static_cast<std::size_t>(array.shape[0])) {
      throw InputError("'" + file.string() + "': array '" + name + ".bias' has " +
                       std::to_string(layer.bias.size()) + " values for " + std::to_string(array.shape[0]) +
                       " rows of '" + array.name + "'; use a file that napier train --dump wrote");
    }
    layers.push_back(std::move(layer));
  }
  return layers;
}

}  // namespace

OnnxStart::OnnxStart(const std::filesystem::path& file)
    : place_("'" + file.string() + "'"),
      layers_(file.extension() == ".npz" ? read_dumped_layers(file) : read_onnx_weights(file)) {
  for (const OnnxLayer& layer : layers_) {
    if (layer.kind != OnnxLayer::Kind::kNormalization) continue;
    throw InputError(
        place_ + ", node " + layer.node +
        ": batch normalisation is not taken over; fold it into the convolution before, as exporters do "
        "when they export for inference");
  }
}

std::vector<float> OnnxStart::weights(const std::string& name, int rows, int columns) {
  const std::string wanted =
      "layer '" + name + "' of the network has weights of shape " + shape_text({rows, columns});
  if (next_ == layers_.size()) {
    throw InputError(place_ + " has " + std::to_string(layers_.size()) + " layers with weights, but " +
                     wanted + " comes after them; describe the same network in the experiment");
  }
  const OnnxLayer& layer = layers_[next_++];
  if (layer.shape[0] != rows || element_count(layer.shape) != std::int64_t{rows} * columns) {
    throw InputError(place_ + ", node " + layer.node + ": weights of shape " + shape_text(layer.shape) +
                     " do not fit: " + wanted + "; describe the same network in the experiment");
  }
  if (std::all_of(layer.weights.begin(), layer.weights.end(), [](float w) { return w == 0.0F; })) {
    throw InputError(place_ + ", node " + layer.node + ": all weights are zero, from which nothing trains");
  }
  return layer.weights;
}

std::vector<float> OnnxStart::bias(int size) const {
  std::vector<float> zeros(static_cast<std::size_t>(size));
  if (next_ == 0) return zeros;
  const std::vector<float>& bias = layers_[next_ - 1].bias;
  return bias.empty() ? zeros : bias;
}

void OnnxStart::finish() const {
  if (next_ == layers_.size()) return;
  throw InputError(place_ + ", node " + layers_[next_].node + ": the network of the experiment has only " +
                   std::to_string(next_) + " layers with weights; describe the same network");
}

std::unique_ptr<nn::Engine<float>> start_from(OnnxStart& start, nn::Engine<float>& engine) {
  return std::make_unique<StartingEngine>(start, engine);
}

}  // namespace napier
