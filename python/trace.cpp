// Golden traces.
#include "models/trace/trace.hpp"

#include <pybind11/stl.h>

#include "models/interop/trace_arrays.hpp"
#include "python/bindings.hpp"

namespace py = pybind11;

namespace napier::python {
namespace {

py::object value_of(const Array& array) {
  return std::visit(
      [&](const auto& values) -> py::object {
        if constexpr (std::is_same_v<std::decay_t<decltype(values)>, std::string>) {
          return py::str(values);
        } else {
          if (array.shape.empty()) return py::cast(values.front());
          return to_numpy(values, Sizes(array.shape.begin(), array.shape.end()));
        }
      },
      array.values);
}

/// Records by name, each a dictionary of its arrays and settings.
py::dict records(const std::vector<Array>& arrays, const std::string& group) {
  py::dict all;
  for (const Array& array : arrays) {
    if (!array.name.starts_with(group)) continue;
    const std::size_t slash = array.name.rfind('/');
    const py::str record(array.name.substr(group.size(), slash - group.size()));
    if (!all.contains(record)) all[record] = py::dict();
    all[record][py::str(array.name.substr(slash + 1))] = value_of(array);
  }
  return all;
}

}  // namespace

void add_trace(py::module_& module) {
  struct Opened {
    Design design;
    std::string network, experiment;
    py::dict gemms, updates;
  };
  py::class_<Opened>(module, "Trace",
                     "A golden trace: what went into the datapath, and every bit that came out.")
      .def_readonly("design", &Opened::design, "The design it was made with.")
      .def_readonly("network", &Opened::network, "For instance 'mlp 784-256-128-10'.")
      .def_readonly("experiment", &Opened::experiment, "Name of the experiment.")
      .def_readonly(
          "gemms", &Opened::gemms,
          "Matrix products by name: dictionaries of a, b, bias, mask, acc, out, k_a, k_b, ...; see\n"
          "docs/formats/trace.md.")
      .def_readonly("updates", &Opened::updates, "Weight updates by name, likewise.");
  module.def(
      "read_trace",
      [](const std::string& file) {
        const Trace trace = read_trace(file);
        const std::vector<Array> arrays = trace_arrays(trace);
        return Opened{trace.design, trace.network, trace.experiment, records(arrays, "gemm/"),
                      records(arrays, "update/")};
      },
      py::arg("file"), "Reads a trace file and checks all of it. InputError names file, object and remedy.");
}

}  // namespace napier::python
