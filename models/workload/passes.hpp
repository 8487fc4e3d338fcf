#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "models/workload/address_generator.hpp"
#include "models/workload/workload.hpp"

/// What a training step asks of the accelerator, layer by layer: matrix products of three passes, and the
/// update of the weights.
namespace napier {

enum class TrainingPass { kForward, kInputGradient, kWeightGradient, kUpdate };
inline constexpr int kTrainingPasses = 4;

/// "forward", "input_gradient", "weight_gradient", "update".
std::string_view training_pass_name(TrainingPass pass);

/// `count` equal products acc[n][m] = sum over k of a[m][k] * b[n][k] over all samples of a step. The m x k
/// operand stays in the lanes while the n x k operand streams past (docs/microarchitecture.md).
///   linear     forward         a = W [outputs][inputs]    b = x [rows][inputs]
///              input gradient  a = W^T                    b = dy [rows][outputs]
///              weight gradient a = x^T [inputs][rows]     b = dy^T [outputs][rows]
///   convolution: the same with rows = pixels and inputs = the patch under the kernel, once a group. The
///              input gradient runs once for each remainder of the pixel by the stride: only every stride-th
///              place of the kernel meets an output there, so that no zero between outputs is multiplied.
///   product    forward         a, b as they are
///              input gradient  da: a = b^T [k][n], b = dy^T [m][n]; db: a = a^T [k][m], b = dy [n][m]
struct LayerProduct {
  TrainingPass pass = TrainingPass::kForward;
  std::string part;  ///< which of several products of the pass: "da", "phase 0 1"; else empty
  std::int64_t count = 1;
  std::int64_t m = 1, n = 1, k = 1;
  bool weights_stay = false;                  ///< a holds weights, rows of output channels
  bool bias = false;                          ///< each of the m rows starts from a bias
  AddressGenerator a_addresses, b_addresses;  ///< of the first of `count` products
  std::int64_t macs() const { return count * m * n * k; }
};

/// The products of one pass of a layer for `batch` samples, of one of `repeat` layers; none for kUpdate, for
/// the weight gradient of a product and for the input gradient of a layer without one. The layer has passed
/// check_layer.
std::vector<LayerProduct> pass_products(const WorkloadLayer& layer, TrainingPass pass, std::int64_t batch);

}  // namespace napier
