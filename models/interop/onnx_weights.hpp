#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace napier {

/// The parameters of one ONNX node, in Napier's order of indices.
struct OnnxLayer {
  enum class Kind { kLinear, kConvolution, kNormalization };
  Kind kind = Kind::kLinear;
  std::string node;  ///< for messages: "Gemm 'fc1'"

  /// kLinear: [outputs][inputs]; kConvolution: [outputs][rows][columns][inputs]; kNormalization: [channels].
  std::vector<std::int64_t> shape;
  std::vector<float> weights;         ///< of the shape; kNormalization: the scale, gamma
  std::vector<float> bias;            ///< one an output, or empty; kNormalization: beta
  std::vector<float> mean, variance;  ///< running statistics of kNormalization
  double epsilon = 0;                 ///< kNormalization: added to the variance
};

/// Reads the layers with parameters of an ONNX model, in the order of its graph: Gemm, MatMul (and the Add of
/// its bias), Conv, BatchNormalization. ONNX orders images [channel][row][column] and convolution weights
/// [output][input][row][column]; Napier stores pixels [row][column][channel]. So convolution weights are
/// turned, and the columns of a linear layer that reads a flattened image.
/// Nodes without parameters (Relu, pooling, Flatten, ...) are passed over: which they are, the network that
/// takes the weights says.
/// InputError, naming file, node and shape, for: what is no ONNX model; parameters that are not float32, are
/// kept outside the file or not finite; shapes that contradict each other; groups, dilations, transposed
/// inputs, factors other than 1; nodes with weights that Napier has no layer for; a model without weights.
std::vector<OnnxLayer> read_onnx_weights(const std::filesystem::path& file);

}  // namespace napier
