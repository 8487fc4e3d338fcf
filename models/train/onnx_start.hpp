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
  /// InputError: read_onnx_weights' own.
  explicit OnnxStart(const std::filesystem::path& file);

  /// The next layer's weights, rows x columns. InputError names node, layer and both shapes where they do not
  /// fit, where no layer is left, where the next one is batch normalisation, and where all weights are zero.
  std::vector<float> weights(const std::string& name, int rows, int columns);
  /// The bias of the layer taken last; zeros where it has none.
  std::vector<float> bias(int size) const;
  /// The gain of the next layer, which has to be batch normalisation of as many channels.
  std::vector<float> gain(const std::string& name, int size);
  /// Running statistics of the normalisation taken last, as a network computes with them that adds
  /// NormalisationParameters::epsilon to the variance: the difference to the model's own epsilon goes into
  /// the variance; a bias of the convolution before, which such a network does not have, into the mean.
  std::vector<double> running_mean() const;
  std::vector<double> running_variance() const;
  /// InputError where layers are left over.
  void finish() const;

 private:
  const OnnxLayer& next(const std::string& wanted);
  std::string place_;
  std::vector<OnnxLayer> layers_;
  std::size_t next_ = 0;
};

/// `engine` with the initial values of matrices and biases replaced by the model's. Both must outlive it.
std::unique_ptr<nn::Engine<float>> start_from(OnnxStart& start, nn::Engine<float>& engine);

}  // namespace napier
