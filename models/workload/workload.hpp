#pragma once
#include <cstdint>
#include <string>
#include <vector>

/// A network as an accelerator sees it: layers that are matrix products, and the sizes of those. What runs
/// between them (activations, pooling, normalisation) is the host's. docs/formats/workload.md.
namespace napier {

/// kLinear: y = W x + b. kConvolution: the same over the patches of an image. kProduct: attention's products
/// of two computed tensors, without weights.
enum class LayerKind { kLinear, kConvolution, kProduct };

inline constexpr std::int64_t kLargestSize = std::int64_t{1} << 31;  ///< of a vector, a count, a batch
inline constexpr std::int64_t kLargestSide = 65536;                  ///< of an image or a kernel

/// Sizes are those of one sample; pairs are rows, columns.
struct WorkloadLayer {
  std::string name;
  LayerKind kind = LayerKind::kLinear;
  std::int64_t repeat = 1;  ///< layers of this size, one after another

  std::int64_t inputs = 1, outputs = 1;  ///< kLinear: sizes of a vector; kConvolution: channels
  std::int64_t rows = 1;                 ///< kLinear: vectors

  std::int64_t images = 1;                   ///< kConvolution: as many, in the product of one sample
  std::vector<std::int64_t> image = {1, 1};  ///< kConvolution: pixels of an input
  std::vector<std::int64_t> kernel = {1, 1};
  std::vector<std::int64_t> stride = {1, 1};
  std::vector<std::int64_t> padding = {0, 0, 0, 0};  ///< zeros above, left, below, right
  std::vector<std::int64_t> dilation = {1, 1};
  std::int64_t groups = 1;  ///< of channels: each reads its own inputs only

  std::int64_t count = 1;            ///< kProduct: equal products, as heads of attention
  std::int64_t m = 1, n = 1, k = 1;  ///< kProduct: out[n][m] = sum over k of a[m][k] b[n][k]

  bool bias = false;           ///< kLinear, kConvolution: added by the datapath
  bool input_gradient = true;  ///< false where nothing before the layer is trained
  friend bool operator==(const WorkloadLayer&, const WorkloadLayer&) = default;
};

/// An operator that the host runs and no layer stands for: name and kind as the model writes them.
struct HostOperator {
  std::string name, kind;
  friend bool operator==(const HostOperator&, const HostOperator&) = default;
};

struct Workload {
  std::string name = "unnamed";
  std::int64_t batch = 1;  ///< samples of a training step
  std::vector<WorkloadLayer> layers;
  std::vector<HostOperator> unknown;  ///< operators of a model that the user let count as host work
};

/// Rows and columns of a convolution's output. InputError, which begins with `place`, where the kernel is
/// larger than the padded image.
struct ImageSize {
  std::int64_t rows = 1, columns = 1;
};
ImageSize output_size(const WorkloadLayer& layer, const std::string& place);

/// Weights of one of `repeat` layers: 0 for a product.
std::int64_t weight_count(const WorkloadLayer& layer, const std::string& place);

/// Throws InputError, which begins with `place`, where sizes are below 1, groups do not divide the channels,
/// the kernel does not fit or any count of work of `batch` samples does not fit 64 bits.
void check_layer(const WorkloadLayer& layer, std::int64_t batch, const std::string& place);

/// Multiply-accumulates of the forward pass of one sample, all layers: the figure that publications give.
std::int64_t forward_macs(const Workload& workload);

/// Weights of all layers, biases apart.
std::int64_t weight_count(const Workload& workload);

}  // namespace napier
