// Layers of ONNX graphs: those that Debian ships as test data, and some built here.
#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include <filesystem>

#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/workload/workload_file.hpp"
#include "tests/models/synthetic_log.hpp"

namespace napier {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Sizes = std::vector<std::int64_t>;

const std::filesystem::path kDebian = "/usr/share/libonnx-testdata/data";

/// The only layer of a model among Debian's.
WorkloadLayer debian(const std::string& test) {
  const Workload w = read_workload(kDebian / test / "model.onnx");
  EXPECT_EQ(w.layers.size(), 1U);
  return w.layers.at(0);
}

TEST(OnnxOfDebian, Convolutions) {
  const WorkloadLayer strided = debian("node/test_conv_with_strides_padding");
  EXPECT_EQ(strided.kind, LayerKind::kConvolution);
  EXPECT_EQ(strided.image, (Sizes{7, 5}));
  EXPECT_EQ(strided.stride, (Sizes{2, 2}));
  EXPECT_EQ(strided.padding, (Sizes{1, 1, 1, 1}));
  EXPECT_EQ(output_size(strided, "").rows, 4);
  EXPECT_EQ(output_size(strided, "").columns, 3);
  const WorkloadLayer automatic = debian("node/test_conv_with_autopad_same");
  EXPECT_EQ(automatic.padding, (Sizes{1, 1, 1, 1}));  // 5 x 5, stride 2: 3 x 3 outputs
  const WorkloadLayer groups = debian("pytorch-converted/test_Conv2d_groups");
  EXPECT_EQ(groups.groups, 2);
  EXPECT_TRUE(groups.bias);
  const WorkloadLayer depthwise = debian("pytorch-converted/test_Conv2d_depthwise_with_multiplier");
  EXPECT_EQ(depthwise.groups, 4);
  EXPECT_EQ(depthwise.outputs, 8);
  const WorkloadLayer dilated = debian("pytorch-converted/test_Conv2d_dilated");
  EXPECT_EQ(dilated.dilation, (Sizes{2, 2}));
  const WorkloadLayer line = debian("pytorch-converted/test_Conv1d_pad2size1");
  EXPECT_EQ(line.image[0], 1);
  EXPECT_EQ(line.padding, (Sizes{0, 2, 0, 2}));
}

TEST(OnnxOfDebian, ProductsAndLinearLayers) {
  const WorkloadLayer linear = debian("pytorch-converted/test_Linear");
  EXPECT_EQ(linear.kind, LayerKind::kLinear);
  EXPECT_EQ(linear.inputs, 10);
  EXPECT_EQ(linear.outputs, 8);
  EXPECT_EQ(linear.rows, 4);
  EXPECT_TRUE(linear.bias);
  EXPECT_FALSE(linear.input_gradient);
  const WorkloadLayer matmul = debian("node/test_matmul_4d");  // [1,2,3,4] x [1,2,4,3]
  EXPECT_EQ(matmul.kind, LayerKind::kProduct);
  EXPECT_EQ(matmul.count, 2);
  EXPECT_EQ(matmul.n, 3);
  EXPECT_EQ(matmul.k, 4);
  EXPECT_EQ(matmul.m, 3);
}

/// Every convolution, Gemm and MatMul among Debian's test data is either read, or refused for what it is.
TEST(OnnxOfDebian, EveryModelWithOneOfTheLayersIsReadOrNamesItsNode) {
  int read = 0, refused = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kDebian)) {
    if (entry.path().filename() != "model.onnx") continue;
    const std::string test = entry.path().parent_path().filename().string();
    const bool layered = test.find("conv_") != std::string::npos || test.find("Conv") != std::string::npos ||
                         test.find("gemm") != std::string::npos ||
                         test.find("matmul_") != std::string::npos ||
                         test.find("Linear") != std::string::npos;
    if (!layered) continue;
    try {
      EXPECT_GT(forward_macs(read_workload(entry.path())), 0) << test;
      ++read;
    } catch (const InputError& e) {
      EXPECT_THAT(e.what(), HasSubstr("node ")) << test;
      ++refused;
    }
  }
  EXPECT_GE(read, 40);
  EXPECT_GE(refused, 5);  // transposed, three-dimensional and integer convolutions
}

TEST(OnnxOfDebian, UnknownOperatorsAreNamedOrListed) {
  const auto model = kDebian / "node/test_convtranspose/model.onnx";
  try {
    read_workload(model);
    FAIL() << "accepted";
  } catch (const InputError& e) {
    EXPECT_THAT(e.what(), HasSubstr("node ConvTranspose 'Y': Napier does not know this operator"));
  }
  ModelOptions options;
  options.unknown_on_host = true;
  EXPECT_THROW(read_workload(model, options), InputError);  // nothing is left to run
}

/// Builds a graph node by node.
class Builder {
 public:
  Builder() {
    model_.set_ir_version(8);
    model_.add_opset_import()->set_version(13);
    model_.mutable_graph()->set_name("g");
  }
  onnx::GraphProto& graph() { return *model_.mutable_graph(); }

  void value(onnx::ValueInfoProto& to, const std::string& name, const std::vector<std::string>& sizes) {
    to.set_name(name);
    auto& tensor = *to.mutable_type()->mutable_tensor_type();
    tensor.set_elem_type(onnx::TensorProto::FLOAT);
    tensor.mutable_shape();
    for (const std::string& size : sizes) {
      auto& dimension = *tensor.mutable_shape()->add_dim();
      if (size.find_first_not_of("0123456789") == std::string::npos) {
        dimension.set_dim_value(std::stoll(size));
      } else {
        dimension.set_dim_param(size);
      }
    }
  }
  void input(const std::string& name, const std::vector<std::string>& sizes) {
    value(*graph().add_input(), name, sizes);
  }
  void output(const std::string& name, const std::vector<std::string>& sizes) {
    value(*graph().add_output(), name, sizes);
  }
  void weights(const std::string& name, const Sizes& sizes) {
    onnx::TensorProto& tensor = *graph().add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    std::int64_t count = 1;
    for (const std::int64_t size : sizes) tensor.add_dims(size), count *= size;
    for (std::int64_t i = 0; i < count; ++i) tensor.add_float_data(0.5F);
  }
  void integers(const std::string& name, const Sizes& values) {
    onnx::TensorProto& tensor = *graph().add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(onnx::TensorProto::INT64);
    tensor.add_dims(static_cast<std::int64_t>(values.size()));
    for (const std::int64_t v : values) tensor.add_int64_data(v);
  }
  onnx::NodeProto& node(const std::string& kind, const std::vector<std::string>& inputs,
                        const std::string& out) {
    onnx::NodeProto& n = *graph().add_node();
    n.set_op_type(kind);
    n.set_name(out + "_node");
    for (const std::string& input : inputs) n.add_input(input);
    n.add_output(out);
    return n;
  }
  static void attribute(onnx::NodeProto& n, const std::string& name, const Sizes& values) {
    onnx::AttributeProto& a = *n.add_attribute();
    a.set_name(name);
    a.set_type(onnx::AttributeProto::INTS);
    for (const std::int64_t v : values) a.add_ints(v);
  }

  Workload read(const ModelOptions& options = {}) {
    write_file(folder_ / "model.onnx", model_.SerializeAsString());
    return read_workload(folder_ / "model.onnx", options);
  }
  std::string error(const ModelOptions& options = {}) {
    try {
      read(options);
    } catch (const InputError& e) {
      return e.what();
    }
    return "accepted";
  }

 private:
  test::TemporaryFolder folder_;
  onnx::ModelProto model_;
};

/// One head-splitting attention of width 8 with two heads, as exporters write it.
void attention(Builder& b) {
  b.input("x", {"batch", "6", "8"});
  b.weights("g", {8});
  b.weights("s", {8});
  b.node("Mul", {"x", "g"}, "scaled");
  for (const std::string p : {"q", "k", "v"}) {
    b.weights("w" + p, {8, 8});
    b.weights("b" + p, {8});
    b.node("MatMul", {"scaled", "w" + p}, p + "0");
    b.node("Add", {"b" + p, p + "0"}, p + "1");
    b.integers("shape" + p, {0, 0, 2, 4});
    b.node("Reshape", {p + "1", "shape" + p}, p + "2");
    auto& t = b.node("Transpose", {p + "2"}, p);
    Builder::attribute(t, "perm", p == "k" ? Sizes{0, 2, 3, 1} : Sizes{0, 2, 1, 3});
  }
  b.node("MatMul", {"q", "k"}, "scores");
  b.node("Softmax", {"scores"}, "p");
  b.node("MatMul", {"p", "v"}, "context");
  b.output("context", {"batch", "2", "6", "4"});
}

TEST(Onnx, Attention) {
  Builder b;
  attention(b);
  ModelOptions options;
  options.sizes = {{"batch", 3}};
  const Workload w = b.read(options);
  ASSERT_EQ(w.layers.size(), 5U);
  EXPECT_EQ(w.layers[0].name, "q0_node");
  EXPECT_EQ(w.layers[0].rows, 18);
  EXPECT_TRUE(w.layers[0].bias);
  EXPECT_FALSE(w.layers[0].input_gradient);
  EXPECT_EQ(w.layers[3].kind, LayerKind::kProduct);
  EXPECT_EQ(w.layers[3].count, 6);
  EXPECT_EQ(w.layers[3].m, 6);
  EXPECT_EQ(w.layers[3].k, 4);
  EXPECT_TRUE(w.layers[3].input_gradient);
  EXPECT_EQ(w.layers[4].m, 4);
  EXPECT_EQ(w.layers[4].k, 6);
}

TEST(Onnx, OpenDimensionsAreAskedFor) {
  Builder b;
  attention(b);
  EXPECT_THAT(b.error(), HasSubstr("node MatMul 'q0_node': the shape of its input 'scaled' is not known"));
  EXPECT_THAT(b.error(), HasSubstr("(batch) with --dim NAME=SIZE"));
  ModelOptions options;
  options.sizes = {{"bathc", 3}};
  EXPECT_THAT(b.error(options), HasSubstr("no open dimension 'bathc' among its inputs; they have: batch"));
}

TEST(Onnx, ResidualBlockAndTransposedWeights) {
  Builder b;
  b.input("x", {"2", "3", "8", "8"});
  b.weights("w1", {4, 3, 3, 3});
  b.weights("w2", {4, 4, 1, 1});
  b.weights("fc", {5, 4});
  auto& c1 = b.node("Conv", {"x", "w1"}, "c1");
  Builder::attribute(c1, "pads", {1, 1, 1, 1});
  Builder::attribute(c1, "strides", {2, 2});
  b.node("Relu", {"c1"}, "r");
  b.node("Conv", {"r", "w2"}, "c2");
  b.node("Add", {"r", "c2"}, "sum");
  b.node("GlobalAveragePool", {"sum"}, "pooled");
  b.node("Flatten", {"pooled"}, "flat");
  b.node("Transpose", {"fc"}, "fct");
  b.node("MatMul", {"flat", "fct"}, "y");
  b.output("y", {"2", "5"});
  const Workload w = b.read();
  ASSERT_EQ(w.layers.size(), 3U);
  EXPECT_EQ(w.layers[0].images, 2);
  EXPECT_FALSE(w.layers[0].input_gradient);
  EXPECT_TRUE(w.layers[1].input_gradient);
  EXPECT_EQ(w.layers[1].image, (Sizes{4, 4}));
  EXPECT_EQ(w.layers[2].kind, LayerKind::kLinear);
  EXPECT_EQ(w.layers[2].outputs, 5);
  EXPECT_EQ(forward_macs(w), 2 * 16 * 27 * 4 + 2 * 16 * 4 * 4 + 2 * 4 * 5);
}

TEST(Onnx, UnknownOperatorsBesideLayersAreListed) {
  Builder b;
  b.input("x", {"2", "3"});
  b.weights("w", {3, 4});
  b.node("MatMul", {"x", "w"}, "h");
  b.node("Celu", {"h"}, "y");
  b.output("y", {"2", "4"});
  EXPECT_THAT(b.error(), HasSubstr("node Celu 'y_node': Napier does not know this operator"));
  ModelOptions options;
  options.unknown_on_host = true;
  EXPECT_THAT(b.read(options).unknown, ElementsAre(HostOperator{"y_node", "Celu"}));
}

TEST(Onnx, MalformedGraphsAreRefused) {
  const test::TemporaryFolder folder;
  write_file(folder / "m.onnx", "no protocol buffer at all");
  EXPECT_THROW(read_workload(folder / "m.onnx"), InputError);
  {
    Builder b;  // a cycle
    b.input("x", {"2", "3"});
    b.node("Add", {"x", "z"}, "y");
    b.node("Relu", {"y"}, "z");
    b.output("z", {"2", "3"});
    EXPECT_THAT(b.error(), HasSubstr("node Add 'y_node': reads 'z', which no node before it makes"));
  }
  {
    Builder b;
    b.input("x", {"2", "3"});
    b.node("Relu", {"x"}, "y");
    b.node("Relu", {"x"}, "y");
    EXPECT_THAT(b.error(), HasSubstr("makes 'y' a second time"));
  }
  {
    Builder b;
    b.input("x", {"2", "0"});
    b.weights("w", {0, 4});
    b.node("MatMul", {"x", "w"}, "y");
    b.output("y", {"2", "4"});
    EXPECT_THAT(b.error(), HasSubstr("node MatMul 'y_node': its input 'x' has the shape [2,0]"));
  }
  {
    Builder b;  // sizes that do not fit each other
    b.input("x", {"2", "3"});
    b.weights("w", {5, 4});
    b.node("MatMul", {"x", "w"}, "y");
    b.output("y", {"2", "4"});
    EXPECT_THAT(b.error(), HasSubstr("is no valid ONNX model"));
  }
  {
    Builder b;  // beyond 64 bits
    b.input("x", {"4000000000", "4000000000", "2"});
    b.weights("w", {2, 4});
    b.node("MatMul", {"x", "w"}, "y");
    b.output("y", {"4000000000", "4000000000", "4"});
    EXPECT_THAT(b.error(), HasSubstr("number of products does not fit a signed 64-bit number"));
  }
}

}  // namespace
}  // namespace napier
