// Weights of ONNX models.
#include <pybind11/stl.h>

#include "models/interop/onnx_weights.hpp"
#include "python/bindings.hpp"

namespace py = pybind11;

namespace napier::python {
namespace {

std::string kind_name(const OnnxLayer& layer) {
  if (layer.kind == OnnxLayer::Kind::kLinear) return "linear";
  return layer.kind == OnnxLayer::Kind::kConvolution ? "convolution" : "normalization";
}

py::object vector_of(const std::vector<float>& values) {
  if (values.empty()) return py::none();
  return to_numpy(values, {static_cast<py::ssize_t>(values.size())});
}

}  // namespace

void add_onnx(py::module_& module) {
  py::class_<OnnxLayer>(module, "OnnxLayer",
                        "The parameters of one node of an ONNX model, in Napier's order.")
      .def_property_readonly("kind", &kind_name, "'linear', 'convolution' or 'normalization'.")
      .def_readonly("node", &OnnxLayer::node, "The node as messages name it.")
      .def_property_readonly(
          "weights",
          [](const OnnxLayer& l) { return to_numpy(l.weights, Sizes(l.shape.begin(), l.shape.end())); },
          "[outputs][inputs], or [outputs][rows][columns][inputs]; of a normalization its scale.")
      .def_property_readonly(
          "bias", [](const OnnxLayer& l) { return vector_of(l.bias); }, "One an output, or None.")
      .def_property_readonly(
          "mean", [](const OnnxLayer& l) { return vector_of(l.mean); }, "Of a normalization, else None.")
      .def_property_readonly(
          "variance", [](const OnnxLayer& l) { return vector_of(l.variance); },
          "Of a normalization, else None.");
  module.def(
      "read_onnx_weights", [](const std::string& file) { return read_onnx_weights(file); }, py::arg("file"),
      "The layers with parameters of an ONNX model, in the order of its graph. InputError names node and "
      "shape.");
}

}  // namespace napier::python
