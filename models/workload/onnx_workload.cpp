// Layers of an ONNX graph. Parsing, validity and shapes are the ONNX library's.
// Operators: https://github.com/onnx/onnx/blob/main/docs/Operators.md
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include <algorithm>
#include <set>

#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/workload/checked.hpp"
#include "models/workload/workload_file.hpp"

namespace napier {
namespace {

using Sizes = std::vector<std::int64_t>;

/// What the host runs between layers; no matrix product is hidden in any of these.
const std::set<std::string>& host_operators() {
  static const std::set<std::string> names = {"Abs",
                                              "Add",
                                              "And",
                                              "ArgMax",
                                              "AveragePool",
                                              "BatchNormalization",
                                              "Cast",
                                              "Ceil",
                                              "Clip",
                                              "Concat",
                                              "Constant",
                                              "ConstantOfShape",
                                              "Cos",
                                              "Div",
                                              "Dropout",
                                              "Elu",
                                              "Equal",
                                              "Erf",
                                              "Exp",
                                              "Expand",
                                              "Flatten",
                                              "Floor",
                                              "Gather",
                                              "GlobalAveragePool",
                                              "GlobalMaxPool",
                                              "Greater",
                                              "HardSigmoid",
                                              "HardSwish",
                                              "Identity",
                                              "InstanceNormalization",
                                              "LRN",
                                              "LayerNormalization",
                                              "LeakyRelu",
                                              "Less",
                                              "Log",
                                              "LogSoftmax",
                                              "Max",
                                              "MaxPool",
                                              "Min",
                                              "Mul",
                                              "Neg",
                                              "Not",
                                              "Or",
                                              "PRelu",
                                              "Pad",
                                              "Pow",
                                              "Range",
                                              "Reciprocal",
                                              "ReduceMax",
                                              "ReduceMean",
                                              "ReduceMin",
                                              "ReduceSum",
                                              "Relu",
                                              "Reshape",
                                              "Resize",
                                              "Selu",
                                              "Shape",
                                              "Sigmoid",
                                              "Sin",
                                              "Slice",
                                              "Softmax",
                                              "Softplus",
                                              "Split",
                                              "Sqrt",
                                              "Squeeze",
                                              "Sub",
                                              "Sum",
                                              "Tanh",
                                              "Tile",
                                              "TopK",
                                              "Transpose",
                                              "Trilu",
                                              "Unsqueeze",
                                              "Where"};
  return names;
}

std::string text(const Sizes& sizes) {
  std::string all = "[";
  for (const std::int64_t size : sizes) all += (all.size() > 1 ? "," : "") + std::to_string(size);
  return all + "]";
}

class Graph {
 public:
  Graph(const std::filesystem::path& file, const ModelOptions& options)
      : place_("'" + file.string() + "'"), options_(options) {
    workload_.name = file.stem().string();
    if (!model_.ParseFromString(read_file(file)) || !model_.has_graph()) {
      throw InputError(place_ + " is no whole ONNX model; export it again");
    }
  }

  Workload read() {
    check_operators();
    check_order();
    set_open_sizes();
    infer_shapes();
    for (const onnx::NodeProto& node : model_.graph().node()) visit(node);
    check_names(workload_, place_);
    return std::move(workload_);
  }

 private:
  static bool of_standard(const onnx::NodeProto& node) {
    return node.domain().empty() || node.domain() == "ai.onnx";
  }
  static bool is_layer(const onnx::NodeProto& node) {
    const std::string& kind = node.op_type();
    return of_standard(node) && (kind == "Conv" || kind == "Gemm" || kind == "MatMul");
  }
  static std::string kind(const onnx::NodeProto& node) {
    return of_standard(node) ? node.op_type() : node.domain() + "." + node.op_type();
  }
  static std::string name(const onnx::NodeProto& node) {
    return node.name().empty() && node.output_size() > 0 ? node.output(0) : node.name();
  }
  static std::string describe(const onnx::NodeProto& node) { return kind(node) + " '" + name(node) + "'"; }

  [[noreturn]] void refuse(const onnx::NodeProto& node, const std::string& why) const {
    throw InputError(place_ + ", node " + describe(node) + ": " + why);
  }

  void check_operators() {
    for (const onnx::NodeProto& node : model_.graph().node()) {
      if (is_layer(node) || (of_standard(node) && host_operators().contains(node.op_type()))) continue;
      if (!options_.unknown_on_host) {
        refuse(node,
               "Napier does not know this operator; where it multiplies no matrices, let it count as "
               "the host's work with --unknown-on-host");
      }
      workload_.unknown.push_back({name(node), kind(node)});
    }
  }

  /// Each tensor is made once, before it is read: no cycles.
  void check_order() const {
    std::set<std::string> made = {""};
    for (const onnx::ValueInfoProto& input : model_.graph().input()) made.insert(input.name());
    for (const onnx::TensorProto& tensor : model_.graph().initializer()) made.insert(tensor.name());
    for (const onnx::NodeProto& node : model_.graph().node()) {
      for (const std::string& input : node.input()) {
        if (made.contains(input)) continue;
        refuse(node, "reads '" + input +
                         "', which no node before it makes: the graph is cyclic, unsorted or " +
                         "incomplete; export it again");
      }
      for (const std::string& output : node.output()) {
        if (made.insert(output).second || output.empty()) continue;
        refuse(node, "makes '" + output + "' a second time; export the model again");
      }
    }
  }

  void set_open_sizes() {
    std::set<std::string> used;
    for (onnx::ValueInfoProto& input : *model_.mutable_graph()->mutable_input()) {
      if (!input.type().has_tensor_type()) continue;
      auto& shape = *input.mutable_type()->mutable_tensor_type()->mutable_shape();
      for (auto& dimension : *shape.mutable_dim()) {
        const auto given = options_.sizes.find(dimension.dim_param());
        if (!dimension.has_dim_param() || given == options_.sizes.end()) continue;
        used.insert(given->first);
        dimension.set_dim_value(given->second);
      }
    }
    for (const auto& [dimension, size] : options_.sizes) {
      if (used.contains(dimension)) continue;
      throw InputError(place_ + " has no open dimension '" + dimension +
                       "' among its inputs; they have: " + open_dimensions());
    }
  }

  std::string open_dimensions() const {
    std::set<std::string> names;
    for (const onnx::ValueInfoProto& input : model_.graph().input()) {
      for (const auto& dimension : input.type().tensor_type().shape().dim()) {
        if (dimension.has_dim_param()) names.insert(dimension.dim_param());
      }
    }
    std::string all;
    for (const std::string& n : names) all += (all.empty() ? "" : ", ") + n;
    return all.empty() ? "none" : all;
  }

  void infer_shapes() {
    try {
      if (workload_.unknown.empty()) onnx::checker::check_model(model_);
      const onnx::ShapeInferenceOptions strictly(true, 1, true);
      onnx::shape_inference::InferShapes(model_, onnx::OpSchemaRegistry::Instance(), strictly);
    } catch (const std::exception& e) {
      throw InputError(place_ + " is no valid ONNX model: " + e.what());
    }
    for (const onnx::TensorProto& tensor : model_.graph().initializer()) {
      shapes_[tensor.name()] = {tensor.dims().begin(), tensor.dims().end()};
      constants_.insert(tensor.name());
    }
    for (const auto* values :
         {&model_.graph().input(), &model_.graph().value_info(), &model_.graph().output()}) {
      for (const onnx::ValueInfoProto& value : *values) remember_shape(value);
    }
    for (const onnx::ValueInfoProto& input : model_.graph().input()) inputs_.insert(input.name());
  }

  void remember_shape(const onnx::ValueInfoProto& value) {
    if (!value.type().has_tensor_type() || !value.type().tensor_type().has_shape()) return;
    Sizes sizes;
    for (const auto& dimension : value.type().tensor_type().shape().dim()) {
      sizes.push_back(dimension.has_dim_value() ? dimension.dim_value() : -1);
    }
    shapes_[value.name()] = sizes;
  }

  /// The whole shape of an input of a layer.
  Sizes shape(const onnx::NodeProto& node, int input) const {
    const std::string& tensor = node.input(input);
    const auto found = shapes_.find(tensor);
    if (found == shapes_.end() || std::count(found->second.begin(), found->second.end(), -1) > 0) {
      refuse(node, "the shape of its input '" + tensor +
                       "' is not known; give the model's open dimensions (" + open_dimensions() +
                       ") with --dim NAME=SIZE, or export it with fixed shapes");
    }
    for (const std::int64_t size : found->second) {
      if (size < 1) refuse(node, "its input '" + tensor + "' has the shape " + text(found->second));
    }
    return found->second;
  }

  bool is_constant(const std::string& tensor) const { return constants_.contains(tensor); }

  void visit(const onnx::NodeProto& node) {
    if (is_folded(node)) {
      for (const std::string& output : node.output()) constants_.insert(output);
      return;
    }
    bool learned = false;  // a gradient has to come back this way
    for (const std::string& input : node.input()) learned = learned || learned_.contains(input);
    if (is_layer(node)) {
      add_layer(node, learned);
      learned = learned || workload_.layers.back().kind != LayerKind::kProduct;
    } else if (node.op_type() == "Add") {
      find_bias(node);
    }
    learned = learned || has_parameters(node);
    if (!learned) return;
    for (const std::string& output : node.output()) learned_.insert(output);
  }

  /// A node that reads constants alone makes a constant.
  bool is_folded(const onnx::NodeProto& node) const {
    if (node.op_type() == "Constant") return true;
    bool any = false;
    for (const std::string& input : node.input()) {
      if (!input.empty() && !is_constant(input)) return false;
      any = true;
    }
    return any;
  }

  /// Embeddings and normalisations learn too.
  bool has_parameters(const onnx::NodeProto& node) const {
    const std::string& type = node.op_type();
    if (type == "Gather") return is_constant(node.input(0)) && shapes_.at(node.input(0)).size() == 2;
    return type == "BatchNormalization" || type == "LayerNormalization" || type == "InstanceNormalization";
  }

  void add_layer(const onnx::NodeProto& node, bool learned) {
    WorkloadLayer layer;
    if (node.op_type() == "Conv") {
      layer = convolution(node);
    } else if (node.op_type() == "Gemm") {
      layer = gemm(node);
    } else {
      layer = matmul(node);
    }
    layer.name = names_.insert(name(node)).second ? name(node) : node.output(0);
    layer.input_gradient = learned;
    check_layer(layer, 1, place_ + ", node " + describe(node));
    workload_.layers.push_back(layer);
  }

  static const onnx::AttributeProto* attribute(const onnx::NodeProto& node, const std::string& name) {
    for (const onnx::AttributeProto& a : node.attribute()) {
      if (a.name() == name) return &a;
    }
    return nullptr;
  }
  static Sizes integers(const onnx::NodeProto& node, const std::string& name, const Sizes& otherwise) {
    const onnx::AttributeProto* a = attribute(node, name);
    return a == nullptr || a->ints().empty() ? otherwise : Sizes(a->ints().begin(), a->ints().end());
  }
  static bool flag(const onnx::NodeProto& node, const std::string& name) {
    const onnx::AttributeProto* a = attribute(node, name);
    return a != nullptr && a->i() != 0;
  }

  WorkloadLayer convolution(const onnx::NodeProto& node) {
    Sizes x = shape(node, 0), w = shape(node, 1);
    if (!is_constant(node.input(1)) && !inputs_.contains(node.input(1))) {
      refuse(node, "its weights '" + node.input(1) + "' are computed; only constants and inputs are known");
    }
    if (x.size() != w.size() || (x.size() != 3 && x.size() != 4)) {
      refuse(node, "convolves " + text(x) + " with " + text(w) + "; only one and two dimensions are known");
    }
    const std::size_t axes = x.size() - 2;
    Sizes stride = integers(node, "strides", Sizes(axes, 1));
    Sizes dilation = integers(node, "dilations", Sizes(axes, 1));
    Sizes pads = integers(node, "pads", Sizes(2 * axes, 0));
    if (stride.size() != axes || dilation.size() != axes || pads.size() != 2 * axes) {
      refuse(node, "strides, dilations or pads have another number of dimensions than the image");
    }
    if (axes == 1) {  // one row
      x.insert(x.begin() + 2, 1);
      w.insert(w.begin() + 2, 1);
      stride.insert(stride.begin(), 1);
      dilation.insert(dilation.begin(), 1);
      pads = {0, pads[0], 0, pads[1]};
    }
    WorkloadLayer layer;
    layer.kind = LayerKind::kConvolution;
    layer.images = x[0];
    layer.inputs = x[1];
    layer.image = {x[2], x[3]};
    layer.outputs = w[0];
    layer.kernel = {w[2], w[3]};
    layer.stride = stride;
    layer.dilation = dilation;
    layer.padding = pads;
    const onnx::AttributeProto* groups = attribute(node, "group");
    layer.groups = groups == nullptr ? 1 : groups->i();
    layer.bias = node.input_size() > 2 && !node.input(2).empty();
    pad_automatically(node, layer);
    if (layer.groups < 1 || w[1] * layer.groups != layer.inputs) {
      refuse(node, "weights " + text(w) + " in " + std::to_string(layer.groups) + " groups do not fit an " +
                       "image of " + std::to_string(layer.inputs) + " channels");
    }
    return layer;
  }

  void pad_automatically(const onnx::NodeProto& node, WorkloadLayer& layer) const {
    const onnx::AttributeProto* a = attribute(node, "auto_pad");
    if (a == nullptr || a->s().empty() || a->s() == "NOTSET") return;
    if (a->s() != "SAME_UPPER" && a->s() != "SAME_LOWER" && a->s() != "VALID") {
      refuse(node, "auto_pad is '" + a->s() + "', which ONNX does not define");
    }
    layer.padding = {0, 0, 0, 0};
    if (a->s() == "VALID") return;
    for (const std::size_t axis : {std::size_t{0}, std::size_t{1}}) {
      if (layer.stride[axis] < 1) refuse(node, "has a stride below 1");
      const std::int64_t outputs = (layer.image[axis] + layer.stride[axis] - 1) / layer.stride[axis];
      const std::int64_t span = (layer.kernel[axis] - 1) * layer.dilation[axis] + 1;
      const std::int64_t missing =
          std::max<std::int64_t>(0, (outputs - 1) * layer.stride[axis] + span - layer.image[axis]);
      const std::int64_t less = missing / 2, more = missing - less;
      layer.padding[axis] = a->s() == "SAME_UPPER" ? less : more;
      layer.padding[2 + axis] = a->s() == "SAME_UPPER" ? more : less;
    }
  }

  WorkloadLayer gemm(const onnx::NodeProto& node) {
    Sizes a = shape(node, 0), b = shape(node, 1);
    if (a.size() != 2 || b.size() != 2) refuse(node, "multiplies " + text(a) + " by " + text(b));
    if (flag(node, "transA")) std::swap(a[0], a[1]);
    if (flag(node, "transB")) std::swap(b[0], b[1]);
    WorkloadLayer layer = product_of(node, a, b);
    if (layer.kind != LayerKind::kProduct) {
      layer.bias = node.input_size() > 2 && is_constant(node.input(2)) &&
                   element_count(node.input(2)) == layer.outputs;
    }
    return layer;
  }

  WorkloadLayer matmul(const onnx::NodeProto& node) {
    Sizes a = shape(node, 0), b = shape(node, 1);
    if (a.empty() || b.empty()) refuse(node, "multiplies a number");
    if (a.size() == 1) a.insert(a.begin(), 1);
    if (b.size() == 1) b.push_back(1);
    WorkloadLayer layer = product_of(node, a, b);
    if (layer.kind == LayerKind::kLinear) awaiting_bias_[node.output(0)] = workload_.layers.size();
    return layer;
  }

  /// a [..][rows][k] times b [..][k][columns], in the layer that it is.
  WorkloadLayer product_of(const onnx::NodeProto& node, const Sizes& a, const Sizes& b) const {
    const std::int64_t k = a.back(), rows = a[a.size() - 2], columns = b.back();
    if (b[b.size() - 2] != k) refuse(node, "multiplies " + text(a) + " by " + text(b));
    const std::string what = place_ + ", node " + describe(node) + ": number of products";
    const Sizes of_a(a.begin(), a.end() - 2), of_b(b.begin(), b.end() - 2);
    WorkloadLayer layer;
    layer.inputs = k;
    if (is_constant(node.input(1))) {
      require_one_matrix(node, 1, of_b);
      layer.outputs = columns;
      layer.rows = checked_product({count(of_a, what), rows}, what);
      return layer;
    }
    if (is_constant(node.input(0))) {
      require_one_matrix(node, 0, of_a);
      layer.outputs = rows;
      layer.rows = checked_product({count(of_b, what), columns}, what);
      return layer;
    }
    WorkloadLayer product;
    product.kind = LayerKind::kProduct;
    product.count = count(broadcast(node, of_a, of_b), what);
    product.m = columns;
    product.n = rows;
    product.k = k;
    return product;
  }

  void require_one_matrix(const onnx::NodeProto& node, int input, const Sizes& leading) const {
    if (std::all_of(leading.begin(), leading.end(), [](std::int64_t size) { return size == 1; })) return;
    refuse(node, "its weights '" + node.input(input) + "' are several matrices; only one is known");
  }

  static std::int64_t count(const Sizes& sizes, const std::string& what) {
    std::int64_t product = 1;
    for (const std::int64_t size : sizes) product = checked_product({product, size}, what);
    return product;
  }

  Sizes broadcast(const onnx::NodeProto& node, Sizes a, Sizes b) const {
    if (a.size() < b.size()) std::swap(a, b);
    b.insert(b.begin(), a.size() - b.size(), 1);
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (a[i] != b[i] && a[i] != 1 && b[i] != 1) refuse(node, "cannot pair " + text(a) + " with " + text(b));
      a[i] = std::max(a[i], b[i]);
    }
    return a;
  }

  std::int64_t element_count(const std::string& tensor) const {
    const auto found = shapes_.find(tensor);
    return found == shapes_.end() ? -1 : count(found->second, place_ + ": elements of '" + tensor + "'");
  }

  /// The Add of a constant, one number an output, to a MatMul's result, either way round.
  void find_bias(const onnx::NodeProto& node) {
    for (int product = 0; product < 2; ++product) {
      const auto found = awaiting_bias_.find(node.input(product));
      if (found == awaiting_bias_.end() || !is_constant(node.input(1 - product))) continue;
      WorkloadLayer& layer = workload_.layers[found->second];
      if (element_count(node.input(1 - product)) == layer.outputs) layer.bias = true;
      awaiting_bias_.erase(found);
      return;
    }
  }

  std::string place_;
  const ModelOptions& options_;
  onnx::ModelProto model_;
  Workload workload_;
  std::map<std::string, Sizes> shapes_;               ///< of tensors; -1: not known
  std::set<std::string> constants_, inputs_, names_;  ///< tensors; names of layers
  std::set<std::string> learned_;                     ///< tensors that trained parameters had a part in
  std::map<std::string, std::size_t> awaiting_bias_;  ///< layers by the result of their MatMul
};

}  // namespace

Workload read_onnx_workload(const std::filesystem::path& file, const ModelOptions& options) {
  return Graph(file, options).read();
}

}  // namespace napier
