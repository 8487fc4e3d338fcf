// Designs: from YAML files, text and keywords; what follows from them.
#include "models/base/error.hpp"
#include "models/config/node.hpp"
#include "models/config/scalar.hpp"
#include "models/design/design_file.hpp"
#include "models/format/lns_format.hpp"
#include "python/bindings.hpp"

namespace py = pybind11;

namespace napier::python {
namespace {

using config::Entry;
using config::Node;

std::string written(const py::handle& value) { return py::cast<std::string>(py::str(value)); }

/// A dictionary, list or scalar as YAML sees it.
Node to_node(const py::handle& value) {
  Node node;
  if (py::isinstance<py::dict>(value)) {
    node.kind = Node::Kind::kMap;
    for (const auto& [key, inner] : py::reinterpret_borrow<py::dict>(value)) {
      node.entries.push_back({written(key), {}, to_node(inner)});
    }
    return node;
  }
  if (py::isinstance<py::list>(value) || py::isinstance<py::tuple>(value)) {
    node.kind = Node::Kind::kList;
    for (const py::handle inner : value) node.items.push_back(to_node(inner));
    return node;
  }
  if (py::isinstance<py::bool_>(value)) return config::scalar(value.cast<bool>() ? "true" : "false");
  return config::scalar(written(value), py::isinstance<py::str>(value));
}

/// The other way round: what reads as a number or truth value becomes one.
py::object to_python(const Node& node) {
  if (node.kind == Node::Kind::kMap) {
    py::dict map;
    for (const Entry& entry : node.entries) map[py::str(entry.key)] = to_python(entry.value);
    return map;
  }
  if (node.kind == Node::Kind::kList) {
    py::list list;
    for (const Node& item : node.items) list.append(to_python(item));
    return list;
  }
  if (node.quoted) return py::str(node.text);
  if (const auto integer = config::to_integer(node.text)) return py::int_(*integer);
  if (const auto real = config::to_real(node.text)) return py::float_(*real);
  if (const auto truth = config::to_boolean(node.text)) return py::bool_(*truth);
  return py::str(node.text);
}

/// Keys of `changes` take the place of those in `map`, group by group.
void merge(Node& map, const Node& changes) {
  for (const Entry& change : changes.entries) {
    Entry* old = nullptr;
    for (Entry& entry : map.entries) {
      if (entry.key == change.key) old = &entry;
    }
    if (old == nullptr) {
      map.entries.push_back(change);
    } else if (old->value.kind == Node::Kind::kMap && change.value.kind == Node::Kind::kMap) {
      merge(old->value, change.value);
    } else {
      old->value = change.value;
    }
  }
}

Design from_node(const Node& node, const std::string& source) {
  if (node.entries.empty()) return Design{};
  return parse_design(config::write_yaml(node), source);
}

Design from_keywords(const py::kwargs& keywords) { return from_node(to_node(keywords), "Design(...)"); }

Design replaced(const Design& design, const py::kwargs& keywords) {
  Node node = config::parse_yaml(resolved_yaml(design), design.name);
  merge(node, to_node(keywords));
  return from_node(node, "replace(...)");
}

py::object to_dictionary(const Design& design) {
  return to_python(config::parse_yaml(resolved_yaml(design), design.name));
}

}  // namespace

void add_design(py::module_& module) {
  py::class_<Design>(module, "Design", R"(One datapath: number format, lanes, accumulator, update unit.

Made from keywords, a group of the design file each, what is left out keeping its default:
    Design(name="mine", format={"bits": 8, "gamma_log2": 3}, datapath={"term_bits": 12})
or by Design.read and Design.parse. `napier explain format.bits` tells what a key means.)")
      .def(py::init(&from_keywords))
      .def_static(
          "read", [](const std::string& file) { return read_design(file); }, py::arg("file"),
          "Reads a design file (YAML). InputError names line, key and remedy.")
      .def_static(
          "parse", [](const std::string& text) { return parse_design(text, "text"); }, py::arg("text"),
          "Reads a design from YAML text.")
      .def("replace", &replaced, "The design with some keys changed, given as to Design(...).")
      .def("to_dict", &to_dictionary, "All parameters, as nested dictionaries.")
      .def_property_readonly(
          "yaml", [](const Design& d) { return resolved_yaml(d); }, "All parameters, as YAML.")
      .def_property_readonly("digest", &design_digest, "SHA-256 of .yaml: the identity of the design.")
      .def_property_readonly(
          "name", [](const Design& d) { return d.name; }, "Name of the design.")
      .def_property_readonly(
          "bits", [](const Design& d) { return d.format.bits; }, "Width of an operand word, sign included.")
      .def_property_readonly(
          "gamma", [](const Design& d) { return LnsFormat(d.format).gamma(); },
          "LNS: exponent codes in an octave.")
      .def_property_readonly(
          "max_code", [](const Design& d) { return LnsFormat(d.format).max_code(); },
          "LNS: the largest exponent code E; it stands for the scale itself.")
      .def_property_readonly(
          "vector", [](const Design& d) { return d.datapath.vector; }, "Products summed in one cycle.")
      .def_property_readonly(
          "term_bits", [](const Design& d) { return d.datapath.term_bits; },
          "Bits of a product's integer term below the top octave.")
      .def_property_readonly(
          "accumulator_bits", [](const Design& d) { return d.datapath.accumulator_bits; },
          "Width of an accumulator, sign included.")
      .def("__eq__", [](const Design& a, const Design& b) { return resolved_yaml(a) == resolved_yaml(b); })
      .def("__hash__", [](const Design& d) { return py::hash(py::str(resolved_yaml(d))); })
      .def("__repr__", [](const Design& d) { return "<napier.Design '" + d.name + "'>"; });
}

}  // namespace napier::python
