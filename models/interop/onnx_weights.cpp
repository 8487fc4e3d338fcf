// The only file that sees protobuf. Operators: https://github.com/onnx/onnx/blob/main/docs/Operators.md
#include "models/interop/onnx_weights.hpp"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <map>
#include <optional>
#include <set>

#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/interop/array.hpp"

namespace napier {
namespace {

static_assert(std::endian::native == std::endian::little, "ONNX keeps raw data in little-endian order");

/// A constant of the model, in ONNX's own order.
struct Constant {
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

class Reader {
 public:
  explicit Reader(const std::filesystem::path& file) : place_("'" + file.string() + "'") {
    if (!model_.ParseFromString(read_file(file)) || !model_.has_graph()) {
      throw InputError(place_ + " is no whole ONNX model; export it again");
    }
  }

  std::vector<OnnxLayer> read() {
    for (const onnx::TensorProto& tensor : model_.graph().initializer()) tensors_[tensor.name()] = &tensor;
    for (const onnx::NodeProto& node : model_.graph().node()) visit(node);
    if (layers_.empty()) {
      throw InputError(
          place_ + " has no Gemm, MatMul or Conv node with weights; export the model with its parameters");
    }
    return std::move(layers_);
  }

 private:
  void visit(const onnx::NodeProto& node) {
    const std::string& type = node.op_type();
    if (type == "Constant") return constant(node);
    if (type == "Identity") return identity(node);
    if (type == "Gemm") return gemm(node);
    if (type == "MatMul") return matmul(node);
    if (type == "Conv") return convolution(node);
    if (type == "BatchNormalization") return normalization(node);
    if (type == "Add" && bias(node)) return;
    pass(node);
  }

  [[noreturn]] void refuse(const onnx::NodeProto& node, const std::string& why) const {
    throw InputError(place_ + ", node " + describe(node) + ": " + why);
  }

  static std::string describe(const onnx::NodeProto& node) {
    const std::string& name = node.name().empty() && node.output_size() > 0 ? node.output(0) : node.name();
    return node.op_type() + " '" + name + "'";
  }

  static const onnx::AttributeProto* attribute(const onnx::NodeProto& node, const std::string& name) {
    for (const onnx::AttributeProto& a : node.attribute()) {
      if (a.name() == name) return &a;
    }
    return nullptr;
  }

  static std::int64_t integer(const onnx::NodeProto& node, const std::string& name, std::int64_t otherwise) {
    const onnx::AttributeProto* a = attribute(node, name);
    return a == nullptr ? otherwise : a->i();
  }

  void require_one(const onnx::NodeProto& node, const std::string& name) const {
    const onnx::AttributeProto* a = attribute(node, name);
    if (a != nullptr && a->f() != 1.0F) {
      refuse(node,
             name + " is " + std::to_string(a->f()) + ", but only 1 is known; fold it into the weights");
    }
  }

  void constant(const onnx::NodeProto& node) {
    const onnx::AttributeProto* value = attribute(node, "value");
    if (value != nullptr) tensors_[node.output(0)] = &value->t();
  }

  void identity(const onnx::NodeProto& node) {
    const auto found = tensors_.find(node.input(0));
    if (found != tensors_.end()) tensors_[node.output(0)] = found->second;
    pass(node);
  }

  bool is_constant(const std::string& name) const { return tensors_.contains(name); }

  /// The constant that a node's input is, with its number of sizes checked.
  Constant parameter(const onnx::NodeProto& node, int input, const std::string& what, int rank) const {
    const std::string name = input < node.input_size() ? node.input(input) : "";
    const auto found = tensors_.find(name);
    if (found == tensors_.end()) {
      refuse(node,
             what + " '" + name + "' is no constant of the model; export the model with its parameters");
    }
    const onnx::TensorProto& tensor = *found->second;
    Constant constant{{tensor.dims().begin(), tensor.dims().end()}, {}};
    const std::string described = what + " '" + name + "' of shape " + shape_text(constant.shape);
    if (static_cast<int>(constant.shape.size()) != rank) {
      refuse(node, described + " should have " + std::to_string(rank) + (rank == 1 ? " size" : " sizes"));
    }
    constant.values = floats(node, tensor, described, element_count(constant.shape));
    return constant;
  }

  std::vector<float> floats(const onnx::NodeProto& node, const onnx::TensorProto& tensor,
                            const std::string& described, std::int64_t count) const {
    if (tensor.data_location() == onnx::TensorProto::EXTERNAL) {
      refuse(node, described + " is kept in another file; save the model with its parameters inside");
    }
    if (tensor.data_type() != onnx::TensorProto::FLOAT) {
      refuse(node,
             described + " has elements of type " +
                 onnx::TensorProto::DataType_Name(static_cast<onnx::TensorProto::DataType>(
                     onnx::TensorProto::DataType_IsValid(tensor.data_type()) ? tensor.data_type() : 0)) +
                 "; only FLOAT (float32) is known");
    }
    std::vector<float> values(tensor.float_data().begin(), tensor.float_data().end());
    if (tensor.has_raw_data()) {
      values.resize(tensor.raw_data().size() / sizeof(float));
      if (!values.empty())
        std::memcpy(values.data(), tensor.raw_data().data(), values.size() * sizeof(float));
    }
    if (static_cast<std::int64_t>(values.size()) != count || count < 1) {
      refuse(node,
             described + " holds " + std::to_string(values.size()) + " elements; export the model again");
    }
    const auto bad = std::find_if(values.begin(), values.end(), [](float v) { return !std::isfinite(v); });
    if (bad != values.end()) {
      refuse(node, described + " holds " + (std::isnan(*bad) ? "NaN" : "infinity") + " at element " +
                       std::to_string(bad - values.begin()) + "; the model was trained to divergence");
    }
    return values;
  }

  /// A bias of `outputs` numbers; ONNX lets it be [1][outputs] as well.
  std::vector<float> bias_values(const onnx::NodeProto& node, int input, std::int64_t outputs) const {
    const auto found = tensors_.find(node.input(input));
    const int rank =
        found != tensors_.end() && found->second->dims_size() == 2 && found->second->dims(0) == 1 ? 2 : 1;
    Constant constant = parameter(node, input, "bias", rank);
    if (constant.shape.back() != outputs) {
      refuse(node, "bias '" + node.input(input) + "' of shape " + shape_text(constant.shape) +
                       " does not fit the weights, which have " + std::to_string(outputs) + " outputs");
    }
    return std::move(constant.values);
  }

  void gemm(const onnx::NodeProto& node) {
    if (integer(node, "transA", 0) != 0) refuse(node, "transA is set, but the input cannot be transposed");
    require_one(node, "alpha");
    const bool biased = node.input_size() > 2 && !node.input(2).empty();
    if (biased) require_one(node, "beta");
    linear(node, integer(node, "transB", 0) != 0);
    if (biased) layers_.back().bias = bias_values(node, 2, layers_.back().shape[0]);
  }

  void matmul(const onnx::NodeProto& node) {
    if (!is_constant(node.input(0)) && !is_constant(node.input(1))) {
      refuse(node, "multiplies two computed tensors; only products with constant weights are known");
    }
    linear(node, false);
    awaiting_bias_[node.output(0)] = layers_.size() - 1;
  }

  void linear(const onnx::NodeProto& node, bool outputs_first) {
    Constant w = parameter(node, 1, "weights", 2);
    const std::int64_t outputs = outputs_first ? w.shape[0] : w.shape[1];
    const std::int64_t inputs = outputs_first ? w.shape[1] : w.shape[0];
    const std::int64_t channels = image_channels(node.input(0));
    if (inputs % channels != 0) {
      refuse(node, "weights '" + node.input(1) + "' of shape " + shape_text(w.shape) +
                       " do not fit the flattened image before them, which has " + std::to_string(channels) +
                       " channels");
    }
    const std::int64_t pixels = inputs / channels;
    OnnxLayer layer{OnnxLayer::Kind::kLinear, describe(node), {outputs, inputs}, {}, {}, {}, {}, 0};
    layer.weights.reserve(w.values.size());
    for (std::int64_t o = 0; o < outputs; ++o) {
      for (std::int64_t i = 0; i < inputs; ++i) {
        const std::int64_t column = i % channels * pixels + i / channels;  // where ONNX keeps it
        const std::int64_t at = outputs_first ? o * inputs + column : column * outputs + o;
        layer.weights.push_back(w.values[static_cast<std::size_t>(at)]);
      }
    }
    layers_.push_back(std::move(layer));
  }

  void convolution(const onnx::NodeProto& node) {
    if (integer(node, "group", 1) != 1) refuse(node, "has groups of channels; only one group is known");
    if (const onnx::AttributeProto* dilations = attribute(node, "dilations")) {
      for (const std::int64_t d : dilations->ints()) {
        if (d != 1) refuse(node, "has dilations; only 1 is known");
      }
    }
    const Constant w = parameter(node, 1, "weights", 4);
    const std::int64_t outputs = w.shape[0], inputs = w.shape[1], rows = w.shape[2], columns = w.shape[3];
    OnnxLayer layer{
        OnnxLayer::Kind::kConvolution, describe(node), {outputs, rows, columns, inputs}, {}, {}, {}, {}, 0};
    layer.weights.reserve(w.values.size());
    for (std::int64_t o = 0; o < outputs; ++o) {
      for (std::int64_t pixel = 0; pixel < rows * columns; ++pixel) {
        for (std::int64_t i = 0; i < inputs; ++i) {
          const std::int64_t at = (o * inputs + i) * rows * columns + pixel;
          layer.weights.push_back(w.values[static_cast<std::size_t>(at)]);
        }
      }
    }
    if (node.input_size() > 2 && !node.input(2).empty()) layer.bias = bias_values(node, 2, outputs);
    layers_.push_back(std::move(layer));
    channels_[node.output(0)] = outputs;
  }

  void normalization(const onnx::NodeProto& node) {
    const Constant scale = parameter(node, 1, "scale", 1);
    OnnxLayer layer{
        OnnxLayer::Kind::kNormalization, describe(node), scale.shape, scale.values, {}, {}, {}, 0};
    const auto more = [&](int input, const std::string& what) {
      Constant constant = parameter(node, input, what, 1);
      if (constant.shape != scale.shape) {
        refuse(node, what + " has shape " + shape_text(constant.shape) + ", but the scale " +
                         shape_text(scale.shape));
      }
      return std::move(constant.values);
    };
    layer.bias = more(2, "shift");
    layer.mean = more(3, "mean");
    layer.variance = more(4, "variance");
    const onnx::AttributeProto* epsilon = attribute(node, "epsilon");
    layer.epsilon = epsilon == nullptr ? 1e-5 : double{epsilon->f()};
    for (std::size_t c = 0; c < layer.variance.size(); ++c) {
      if (layer.variance[c] >= 0 && layer.variance[c] + layer.epsilon > 0) continue;
      refuse(node, "the variance of channel " + std::to_string(c) + " is " +
                       std::to_string(layer.variance[c]) + " and epsilon " + std::to_string(layer.epsilon) +
                       "; export the model again");
    }
    layers_.push_back(std::move(layer));
    pass(node);
  }

  /// The Add of a bias to a MatMul's result, either way round. False for any other Add.
  bool bias(const onnx::NodeProto& node) {
    for (int product = 0; product < 2; ++product) {
      const auto found = awaiting_bias_.find(node.input(product));
      if (found == awaiting_bias_.end() || !is_constant(node.input(1 - product))) continue;
      OnnxLayer& layer = layers_[found->second];
      layer.bias = bias_values(node, 1 - product, layer.shape[0]);
      awaiting_bias_.erase(found);
      return true;
    }
    return false;
  }

  /// A node without parameters: the channels of its image go on to its results.
  void pass(const onnx::NodeProto& node) {
    static const std::set<std::string> kUnknownWeights = {"ConvTranspose", "LSTM",          "GRU",
                                                          "RNN",           "ConvInteger",   "MatMulInteger",
                                                          "QLinearConv",   "QLinearMatMul", "Einsum"};
    if (kUnknownWeights.contains(node.op_type())) refuse(node, "Napier has no such layer");
    for (const std::string& input : node.input()) {
      const auto found = channels_.find(input);
      if (found == channels_.end()) continue;
      const std::int64_t channels = found->second;
      for (const std::string& output : node.output()) channels_[output] = channels;
      return;
    }
  }

  std::int64_t image_channels(const std::string& tensor) const {
    const auto found = channels_.find(tensor);
    return found == channels_.end() ? 1 : found->second;
  }

  std::string place_;
  onnx::ModelProto model_;
  std::map<std::string, const onnx::TensorProto*> tensors_;
  std::map<std::string, std::int64_t> channels_;      ///< of tensors that are images or flattened ones
  std::map<std::string, std::size_t> awaiting_bias_;  ///< layers by the result of their MatMul
  std::vector<OnnxLayer> layers_;
};

}  // namespace

std::vector<OnnxLayer> read_onnx_weights(const std::filesystem::path& file) { return Reader(file).read(); }

}  // namespace napier
