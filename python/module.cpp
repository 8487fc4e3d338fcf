// The Python module `napier`: its errors, its version, and all subjects.
#include <new>

#include "models/base/error.hpp"
#include "python/bindings.hpp"

namespace {

constexpr const char* kAbout = R"(Bit-exact arithmetic of logarithmic training accelerators.

Words of a design's number format, its datapath's sums, products, post-processing and weight update: the same
functions that train, simulate and verify it, on NumPy arrays. Arrays are copied in and out; their shapes stay.

    >>> import napier, numpy
    >>> design = napier.Design(format={"bits": 8, "gamma_log2": 3})
    >>> x = napier.quantize(design, [0.5, -1.25, 0.0])
    >>> x.words, x.scale
    >>> napier.dequantize(design, x.words, x.scale)

A scale is an integer k. LNS: the largest magnitude of a tensor is 2^(k/gamma). INT8: a unit is 2^k.)";

/// The library's errors as Python exceptions: InputError is a ValueError, the others are RuntimeErrors.
void add_errors(pybind11::module_& module) {
  static const pybind11::exception<napier::InputError> input(module, "InputError", PyExc_ValueError);
  static const pybind11::exception<napier::Error> other(module, "Error", PyExc_RuntimeError);
  pybind11::register_exception_translator([](std::exception_ptr thrown) {
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const napier::InputError& e) {
      PyErr_SetString(input.ptr(), e.what());
    } catch (const napier::Error& e) {
      PyErr_SetString(other.ptr(), e.what());
    }
  });
}

}  // namespace

PYBIND11_MODULE(napier, module) {
  module.doc() = kAbout;
  module.attr("__version__") = NAPIER_VERSION;
  add_errors(module);
  napier::python::add_design(module);
  napier::python::add_arithmetic(module);
  napier::python::add_update(module);
  napier::python::add_trace(module);
  napier::python::add_onnx(module);
}
