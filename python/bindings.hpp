#pragma once
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/design/design.hpp"
#include "models/format/lns_format.hpp"

/// The Python module, one file a subject. Functions add themselves to the module; errors of the library
/// become Python exceptions in module.cpp.
namespace napier::python {

void add_design(pybind11::module_& module);
void add_arithmetic(pybind11::module_& module);
void add_update(pybind11::module_& module);
void add_trace(pybind11::module_& module);
void add_onnx(pybind11::module_& module);

using Sizes = std::vector<pybind11::ssize_t>;

/// An array of what NumPy makes one of: arrays, lists, numbers. InputError names the argument.
pybind11::array as_array(const pybind11::object& numbers, const std::string& name);

inline Sizes shape_of(const pybind11::object& numbers) {
  const pybind11::array array = as_array(numbers, "the argument");
  return {array.shape(), array.shape() + array.ndim()};
}

/// A new NumPy array with a copy of the values.
template <class T>
pybind11::array_t<T> to_numpy(std::span<const T> values, const Sizes& shape) {
  return pybind11::array_t<T>(shape, values.data());
}
template <class T>
pybind11::array_t<T> to_numpy(const std::vector<T>& values, const Sizes& shape) {
  return to_numpy(std::span<const T>(values), shape);
}

/// The elements of an array of any integer type, each within lowest..highest, or InputError that names the
/// argument.
template <class T>
std::vector<T> integers(const pybind11::object& numbers, const std::string& name, std::int64_t lowest,
                        std::int64_t highest);

/// Operand words of the design's format. InputError names the argument.
std::vector<Word> words(const Design& design, const pybind11::object& numbers, const std::string& name);

/// The elements of an array of numbers as float32.
std::vector<float> floats(const pybind11::object& numbers, const std::string& name);

}  // namespace napier::python
