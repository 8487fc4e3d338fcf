#include "models/train/onnx_start.hpp"

#include <algorithm>

#include "models/base/error.hpp"
#include "models/interop/array.hpp"
#include "models/interop/array_file.hpp"
#include "models/nn/normalisation.hpp"

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
    const auto size = static_cast<int>(initial.size());
    return engine_.host_tensor(name, name.ends_with(".gain") ? start_.gain(name, size) : start_.bias(size));
  }
  std::vector<double> initial_state(const std::string& name, std::vector<double> initial) override {
    if (name.ends_with(".running_mean")) return start_.running_mean();
    if (name.ends_with(".running_variance")) return start_.running_variance();
    throw InternalError("no model says how '" + name + "' of " + std::to_string(initial.size()) +
                        " numbers begins");
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
    if (array.name.ends_with(".gain")) {
      throw InputError(
          "'" + file.string() + "': array '" + array.name +
          "' belongs to a normalisation, whose running statistics the file does not hold; start from "
          "an ONNX model");
    }
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
      layers_(file.extension() == ".npz" ? read_dumped_layers(file) : read_onnx_weights(file)) {}

const OnnxLayer& OnnxStart::next(const std::string& wanted) {
  if (next_ < layers_.size()) return layers_[next_++];
  throw InputError(place_ + " has " + std::to_string(layers_.size()) + " layers with weights, but " + wanted +
                   " comes after them; describe the same network in the experiment");
}

std::vector<float> OnnxStart::weights(const std::string& name, int rows, int columns) {
  const std::string wanted =
      "layer '" + name + "' of the network has weights of shape " + shape_text({rows, columns});
  const OnnxLayer& layer = next(wanted);
  if (layer.kind == OnnxLayer::Kind::kNormalization) {
    throw InputError(
        place_ + ", node " + layer.node + ": batch normalisation stands where the network has layer '" +
        name +
        "'; set batch_norm of a cnn, or fold it into the convolution before, as exporters do when "
        "they export for inference");
  }
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

std::vector<float> OnnxStart::gain(const std::string& name, int size) {
  const std::string wanted = "'" + name + "' of the network normalises " + std::to_string(size) + " channels";
  const OnnxLayer& layer = next(wanted);
  if (layer.kind != OnnxLayer::Kind::kNormalization || layer.shape[0] != size) {
    throw InputError(place_ + ", node " + layer.node + ": shape " + shape_text(layer.shape) +
                     " does not fit: " + wanted + "; describe the same network in the experiment");
  }
  return layer.weights;
}

std::vector<double> OnnxStart::running_mean() const {
  const OnnxLayer& layer = layers_[next_ - 1];
  std::vector<double> mean(layer.mean.begin(), layer.mean.end());
  if (next_ < 2 || layers_[next_ - 2].bias.size() != mean.size()) return mean;
  for (std::size_t c = 0; c < mean.size(); ++c) mean[c] -= double{layers_[next_ - 2].bias[c]};
  return mean;
}

std::vector<double> OnnxStart::running_variance() const {
  const OnnxLayer& layer = layers_[next_ - 1];
  const double more = layer.epsilon - nn::NormalisationParameters{}.epsilon;
  std::vector<double> variance;
  for (const float v : layer.variance) {
    variance.push_back(double{v} + more);
    if (variance.back() >= 0) continue;
    throw InputError(place_ + ", node " + layer.node + ": variance " + std::to_string(v) + " with epsilon " +
                     std::to_string(layer.epsilon) +
                     " is less than the epsilon that Napier adds; export the model "
                     "with epsilon 1e-5");
  }
  return variance;
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
