#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "models/interop/onnx_weights.hpp"
#include "models/nn/engine.hpp"

namespace napier {

/// The weights of an ONNX model, or of a file that `napier train --dump` wrote (.npz), as a network's initial
/// values: its layers take them in the order in which they are made, which is that of the model's graph.
class OnnxStart {
 public:
  /// InputError: read_onnx_weights' own, and batch normalisation, whose statistics have no place here.
  explicit OnnxStart(const std::filesystem::path& file);

  /// The next layer's weights, rows x columns. InputError names node, layer and both shapes where they do not
  /// fit, where no layer is left, and where all weights are zero.
  std::vector<float> weights(const std::string& name, int rows, int columns);
  /// The bias of the layer taken last; zeros where it has none.
  std::vector<float> bias(int size) const;
  /// InputError where layers are left over.
  void finish() const;

 private:
  std::string place_;
  std::vector<OnnxLayer> layers_;
  std::size_t next_ = 0;
};

/// `engine` with the initial values of matrices and biases replaced by the model's. Both must outlive it.
std::unique_ptr<nn::Engine<float>> start_from(OnnxStart& start, nn::Engine<float>& engine);

}  // namespace napier
