// Each key of a workload file, declared once. Parsing, `napier explain`, docs/formats/workload.md and
// configs/schema/workload.schema.json follow from this file.
#include "models/workload/workload_file.hpp"

#include <set>

#include "models/base/error.hpp"

namespace napier {
namespace {

using config::Group;

void declare_layer(Group<WorkloadLayer> g) {
  g.text("name", &WorkloadLayer::name, "Name in reports, unlike all others").required = true;
  g.choice<LayerKind>(
      "kind", &WorkloadLayer::kind,
      {{LayerKind::kLinear, "linear", "y = W x + b"},
       {LayerKind::kConvolution, "convolution", "the same over the patches of an image"},
       {LayerKind::kProduct, "product", "a product of two computed tensors, as in attention; no weights"}},
      "What is multiplied");
  g.integer("repeat", &WorkloadLayer::repeat, {1, 1000000}, "layers",
            "Layers of this size in the network, reported together");
  g.integer("inputs", &WorkloadLayer::inputs, {1, kLargestSize}, "",
            "Size of an input vector; of a convolution, its channels");
  g.integer("outputs", &WorkloadLayer::outputs, {1, kLargestSize}, "",
            "Size of an output vector; of a convolution, its channels");
  g.integer("rows", &WorkloadLayer::rows, {1, kLargestSize}, "vectors",
            "Vectors of a sample that go through a linear layer: the places of a sequence");
  g.integer("images", &WorkloadLayer::images, {1, kLargestSize}, "images",
            "Images of a sample that go through a convolution");
  g.integers("image", &WorkloadLayer::image, {2, 2}, {1, kLargestSide}, "pixels",
             "Rows and columns of a convolution's input");
  g.integers("kernel", &WorkloadLayer::kernel, {2, 2}, {1, kLargestSide}, "pixels",
             "Rows and columns of a convolution's kernel");
  g.integers("stride", &WorkloadLayer::stride, {2, 2}, {1, kLargestSide}, "pixels",
             "Distance of a convolution's patches, down and across");
  g.integers("padding", &WorkloadLayer::padding, {4, 4}, {0, kLargestSide}, "pixels",
             "Zeros above, left of, below and right of a convolution's input");
  g.integers("dilation", &WorkloadLayer::dilation, {2, 2}, {1, kLargestSide}, "pixels",
             "Distance of the kernel's places, down and across");
  g.integer("groups", &WorkloadLayer::groups, {1, kLargestSize}, "groups",
            "Groups of a convolution's channels; each reads its own inputs only");
  g.integer("count", &WorkloadLayer::count, {1, kLargestSize}, "products",
            "Equal products of a sample: the heads of attention");
  g.integer("m", &WorkloadLayer::m, {1, kLargestSize}, "", "Of out[n][m] = sum over k of a[m][k] b[n][k]");
  g.integer("n", &WorkloadLayer::n, {1, kLargestSize}, "", "As m");
  g.integer("k", &WorkloadLayer::k, {1, kLargestSize}, "", "As m");
  g.boolean("bias", &WorkloadLayer::bias, "The datapath adds a bias to each output");
  g.boolean("input_gradient", &WorkloadLayer::input_gradient,
            "Training needs the gradient of the input; not so for a first layer");
}

void declare(Group<Workload>& g) {
  g.text("name", &Workload::name, "Name in reports");
  g.integer("batch", &Workload::batch, {1, kLargestSize}, "samples", "Samples of a training step");
  declare_layer(g.records("layers", &Workload::layers, {1, 100000}, "Layers in the order of the network"));
}

/// What is set for another kind of layer would have no effect.
void refuse_unused(const WorkloadLayer& l, const std::string& prefix, const config::Document& document) {
  const WorkloadLayer defaults;
  const auto unused = [&](bool used, const std::string& key, bool is_default) {
    if (used || is_default) return;
    throw InputError(document.at(prefix + key) + ": key '" + prefix + key +
                     "' has no effect on this kind of layer; remove it or change kind");
  };
  const bool convolution = l.kind == LayerKind::kConvolution, product = l.kind == LayerKind::kProduct;
  unused(!product, "inputs", l.inputs == defaults.inputs);
  unused(!product, "outputs", l.outputs == defaults.outputs);
  unused(!product, "bias", l.bias == defaults.bias);
  unused(l.kind == LayerKind::kLinear, "rows", l.rows == defaults.rows);
  unused(convolution, "images", l.images == defaults.images);
  unused(convolution, "image", l.image == defaults.image);
  unused(convolution, "kernel", l.kernel == defaults.kernel);
  unused(convolution, "stride", l.stride == defaults.stride);
  unused(convolution, "padding", l.padding == defaults.padding);
  unused(convolution, "dilation", l.dilation == defaults.dilation);
  unused(convolution, "groups", l.groups == defaults.groups);
  unused(product, "count", l.count == defaults.count);
  unused(product, "m", l.m == defaults.m);
  unused(product, "n", l.n == defaults.n);
  unused(product, "k", l.k == defaults.k);
}

/// Sizes that nobody leaves to a default of 1 on purpose.
void require_sizes(const WorkloadLayer& layer, const std::string& prefix, const config::Document& document) {
  const auto require = [&](std::initializer_list<const char*> keys) {
    for (const char* key : keys) {
      if (document.places.contains(prefix + key)) continue;
      throw InputError(document.at(prefix + "name") + ": layer '" + layer.name + "' has no '" + key +
                       "'; write it");
    }
  };
  if (layer.kind == LayerKind::kProduct) return require({"m", "n", "k"});
  require({"inputs", "outputs"});
  if (layer.kind == LayerKind::kConvolution) require({"image", "kernel"});
}

}  // namespace

const config::Schema<Workload>& workload_schema() {
  static const config::Schema<Workload> schema("workload", "The layers of a network and their sizes",
                                               declare);
  return schema;
}

void check_names(const Workload& workload, const std::string& place) {
  if (workload.layers.empty()) {
    throw InputError(place + " has no layer that multiplies matrices; nothing would run on the accelerator");
  }
  std::set<std::string> names;
  for (const WorkloadLayer& layer : workload.layers) {
    if (names.insert(layer.name).second) continue;
    throw InputError(place + " has two layers named '" + layer.name + "'; rename one, or use repeat");
  }
}

Workload parse_workload(std::string_view text, const std::string& source) {
  config::Document document{source, {}};
  Workload workload = workload_schema().parse(text, document);
  for (std::size_t i = 0; i < workload.layers.size(); ++i) {
    const std::string prefix = "layers[" + std::to_string(i) + "].";
    const WorkloadLayer& layer = workload.layers[i];
    refuse_unused(layer, prefix, document);
    require_sizes(layer, prefix, document);
    check_layer(layer, workload.batch, document.at(prefix + "name") + ": layer '" + layer.name + "'");
  }
  check_names(workload, source);
  return workload;
}

Workload read_workload(const std::filesystem::path& file, const ModelOptions& options) {
  const std::string ending = file.extension().string();
  if (ending == ".onnx") return read_onnx_workload(file, options);
  if (ending == ".csv") return read_scale_sim(file);
  if (ending == ".yaml" || ending == ".yml") return parse_workload(read_file(file), file.string());
  throw InputError("'" + file.string() + "' ends in '" + ending +
                   "'; a workload is a .yaml file, a .onnx model or a .csv topology");
}

}  // namespace napier
