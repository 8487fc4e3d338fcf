#include "cost/liberty/library.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <functional>

#include "cost/liberty/syntax.hpp"
#include "models/base/error.hpp"

namespace napier::cost::liberty {
namespace {

std::string trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(" \t") - begin + 1));
}

/// Words separated by blanks or commas.
std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = text.find_first_not_of(" \t,", at);
    if (begin == std::string_view::npos) break;
    at = std::min(text.find_first_of(" \t,", begin), text.size());
    result.emplace_back(text.substr(begin, at - begin));
  }
  return result;
}

class Reader {
 public:
  explicit Reader(const std::string& file) { library_.file = file; }

  Library library(const Group& root) {
    library_.name = root.arguments.empty() ? "" : root.arguments[0];
    units(root);
    library_.voltage = number_or(root, "nom_voltage", 0);
    library_.temperature = number_or(root, "nom_temperature", 0);
    if (const Attribute* a = root.attribute("default_operating_conditions")) library_.corner = value(*a);
    default_input_capacitance_ = number_or(root, "default_input_pin_cap", 0);
    for (const Group& g : root.groups) {
      if (g.name == "power_lut_template" || g.name == "lu_table_template") table_template(g);
    }
    for (const Group& g : root.groups) {
      if (g.name == "cell") cell(g);
    }
    if (library_.cells.empty()) fail(root.line, "the library has no cell");
    return std::move(library_);
  }

 private:
  struct Template {
    std::vector<Table::Axis> axes;
    std::vector<std::vector<double>> points;
  };

  [[noreturn]] void fail(int line, const std::string& message) const {
    throw InputError(place(line) + ": " + message);
  }
  std::string place(int line) const { return library_.file + ":" + std::to_string(line); }

  std::string value(const Attribute& a) const {
    if (a.values.size() != 1) fail(a.line, "'" + a.name + "' takes one value");
    return trimmed(a.values[0]);
  }

  double number(std::string_view text, int line, const std::string& name) const {
    const std::string word = trimmed(text);
    double result = 0;
    const char* begin = word.data() + (word.starts_with('+') ? 1 : 0);
    const auto [end, error] = std::from_chars(begin, word.data() + word.size(), result);
    if (error != std::errc() || end != word.data() + word.size() || !std::isfinite(result)) {
      fail(line, "'" + name + "' needs a finite number, found '" + word + "'");
    }
    return result;
  }

  double number_or(const Group& g, std::string_view name, double otherwise) const {
    const Attribute* a = g.attribute(name);
    return a == nullptr ? otherwise : number(value(*a), a->line, a->name);
  }

  double not_negative(const Group& g, std::string_view name, double otherwise) const {
    const double result = number_or(g, name, otherwise);
    if (result < 0) fail(g.attribute(name)->line, "'" + std::string(name) + "' is negative");
    return result;
  }

  /// "1ns", "10ps", "1uA": a number with a unit whose first letter scales it.
  double scaled(const Attribute& a, std::string_view text, char letter) const {
    const std::string word = trimmed(text);
    double factor = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), factor);
    std::string unit(end, word.data() + word.size());
    std::transform(unit.begin(), unit.end(), unit.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    static const std::map<std::string, double> prefixes = {
        {"", 1}, {"m", 1e-3}, {"u", 1e-6}, {"n", 1e-9}, {"p", 1e-12}, {"f", 1e-15}, {"a", 1e-18}};
    const bool known = error == std::errc() && factor > 0 && !unit.empty() && unit.back() == letter &&
                       prefixes.contains(unit.substr(0, unit.size() - 1));
    if (!known) fail(a.line, "'" + a.name + "': unknown unit '" + word + "'");
    return factor * prefixes.at(unit.substr(0, unit.size() - 1));
  }

  void units(const Group& root) {
    if (const Attribute* a = root.attribute("time_unit")) library_.units.seconds = scaled(*a, value(*a), 's');
    if (const Attribute* a = root.attribute("voltage_unit"))
      library_.units.volts = scaled(*a, value(*a), 'v');
    if (const Attribute* a = root.attribute("leakage_power_unit")) {
      library_.units.watts = scaled(*a, value(*a), 'w');
    }
    const Attribute* a = root.attribute("capacitive_load_unit");
    if (a == nullptr) fail(root.line, "the library states no capacitive_load_unit");
    if (a->values.size() != 2) fail(a->line, "'capacitive_load_unit' takes a number and a unit");
    library_.units.farads =
        number(a->values[0], a->line, a->name) * scaled(*a, "1" + trimmed(a->values[1]), 'f');
  }

  Table::Axis axis(const Attribute& a) const {
    const std::string name = value(a);
    if (name == "input_transition_time" || name == "input_net_transition") return Table::Axis::kSlew;
    if (name == "total_output_net_capacitance") return Table::Axis::kLoad;
    fail(a.line, "power table over '" + name +
                     "' is not supported; supported: input_transition_time, total_output_net_capacitance");
  }

  std::vector<double> numbers(const Attribute& a) const {
    std::vector<double> result;
    for (const std::string& part : a.values) {
      for (const std::string& word : words(part)) result.push_back(number(word, a.line, a.name));
    }
    return result;
  }

  std::vector<double> ascending(const Attribute& a) const {
    std::vector<double> result = numbers(a);
    if (result.empty()) fail(a.line, "'" + a.name + "' is empty");
    if (std::adjacent_find(result.begin(), result.end(), std::greater_equal<>()) != result.end()) {
      fail(a.line, "'" + a.name + "' does not ascend");
    }
    return result;
  }

  /// Timing templates share the name space, with axes that power tables never use: read when first needed.
  void table_template(const Group& g) {
    if (g.arguments.size() != 1) fail(g.line, "'" + g.name + "' takes one name");
    templates_[g.arguments[0]] = &g;
  }

  Template shape(const Group& table) const {
    if (table.arguments.empty() || table.arguments[0] == "scalar") return {};
    const auto found = templates_.find(table.arguments[0]);
    if (found == templates_.end()) fail(table.line, "no template '" + table.arguments[0] + "'");
    Template result;
    for (const char* suffix : {"1", "2", "3"}) {
      const Attribute* variable = found->second->attribute(std::string("variable_") + suffix);
      if (variable == nullptr) break;
      if (*suffix == '3') fail(variable->line, "power tables of three axes are not supported");
      const Attribute* index = table.attribute(std::string("index_") + suffix);
      if (index == nullptr) index = found->second->attribute(std::string("index_") + suffix);
      if (index == nullptr) fail(table.line, std::string("table without index_") + suffix);
      result.axes.push_back(axis(*variable));
      result.points.push_back(ascending(*index));
    }
    return result;
  }

  Table table(const Group& g) const {
    Template form = shape(g);
    const Attribute* a = g.attribute("values");
    if (a == nullptr) fail(g.line, "'" + g.name + "' has no values");
    Table result{std::move(form.axes), std::move(form.points), numbers(*a)};
    std::size_t expected = 1;
    for (const auto& points : result.points) expected *= points.size();
    if (result.values.size() != expected) {
      fail(a->line, "'" + g.name + "' has " + std::to_string(result.values.size()) +
                        " values, its indices need " + std::to_string(expected));
    }
    return result;
  }

  InternalPower internal_power(const Group& g, const std::vector<std::string>& pins) const {
    InternalPower result;
    result.line = g.line;
    if (const Attribute* a = g.attribute("related_pin")) result.related_pins = words(value(*a));
    if (const Attribute* a = g.attribute("when")) result.when.emplace(value(*a), pins, place(a->line));
    for (const Group& t : g.groups) {
      if (t.name == "rise_power" || t.name == "power") result.rise = table(t);
      if (t.name == "fall_power" || t.name == "power") result.fall = table(t);
    }
    if (result.rise.empty() && result.fall.empty()) fail(g.line, "internal_power without a table");
    return result;
  }

  Pin pin(const Group& g, const std::string& name, const std::vector<std::string>& names) const {
    Pin result;
    result.name = name;
    const Attribute* direction = g.attribute("direction");
    if (direction == nullptr) fail(g.line, "pin '" + name + "' has no direction");
    result.output = value(*direction) != "input";
    if (const Attribute* a = g.attribute("clock")) result.clock = value(*a) == "true";
    if (!result.output) result.capacitance = not_negative(g, "capacitance", default_input_capacitance_);
    for (const Group& p : g.groups) {
      if (p.name == "internal_power") result.power.push_back(internal_power(p, names));
    }
    return result;
  }

  double leakage(const Group& g) const {
    if (g.attribute("cell_leakage_power") != nullptr) return not_negative(g, "cell_leakage_power", 0);
    double sum = 0;
    int states = 0;
    for (const Group& state : g.groups) {
      if (state.name != "leakage_power") continue;
      sum += not_negative(state, "value", 0);
      ++states;
    }
    return states == 0 ? 0 : sum / states;
  }

  void cell(const Group& g) {
    if (g.arguments.size() != 1) fail(g.line, "'cell' takes one name");
    Cell result;
    result.name = g.arguments[0];
    result.line = g.line;
    result.area = not_negative(g, "area", 0);
    result.leakage = leakage(g);
    std::vector<std::string> names;
    for (const Group& p : g.groups) {
      if (p.name == "pin") names.insert(names.end(), p.arguments.begin(), p.arguments.end());
    }
    for (const Group& p : g.groups) {
      if (p.name != "pin") continue;
      for (const std::string& name : p.arguments) result.pins.push_back(pin(p, name, names));
    }
    if (!library_.cells.emplace(result.name, result).second) {
      fail(g.line, "cell '" + result.name + "' is defined twice");
    }
  }

  Library library_;
  double default_input_capacitance_ = 0;
  std::map<std::string, const Group*> templates_;
};

}  // namespace

int Cell::pin(std::string_view wanted) const {
  for (std::size_t i = 0; i < pins.size(); ++i) {
    if (pins[i].name == wanted) return static_cast<int>(i);
  }
  return -1;
}

bool Cell::has_power_table() const {
  return std::any_of(pins.begin(), pins.end(), [](const Pin& p) { return !p.power.empty(); });
}

const Cell& Library::cell(std::string_view wanted) const {
  const auto found = cells.find(wanted);
  if (found == cells.end()) {
    throw InputError(file + ": the library has no cell '" + std::string(wanted) + "'");
  }
  return found->second;
}

Library read_library(std::string_view text, const std::string& file) {
  return Reader(file).library(parse(text, file));
}

Library read_library(const std::filesystem::path& file) {
  return read_library(read_text(file), file.string());
}

}  // namespace napier::cost::liberty
