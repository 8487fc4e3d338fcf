#include "cost/technology.hpp"

#include <string_view>

#include "models/base/digest.hpp"
#include "models/base/error.hpp"
#include "models/base/files.hpp"

namespace napier::embedded {
extern const std::string_view osu018_technology;
}  // namespace napier::embedded

namespace napier::cost {
namespace {

namespace fs = std::filesystem;
using config::Group;

void declare_full_adder(Group<FullAdder> g) {
  g.text("cell", &FullAdder::cell, "Cell; empty: adders are built of gates");
  g.text("a", &FullAdder::a, "First addend");
  g.text("b", &FullAdder::b, "Second addend");
  g.text("c", &FullAdder::c, "Carry in");
  g.text("sum", &FullAdder::sum, "Sum");
  g.text("carry", &FullAdder::carry, "Carry out");
}

void declare_technology(Group<Technology>& g) {
  g.text("name", &Technology::name, "Name in reports");
  g.text("node", &Technology::node, "Process node, for reports");
  g.text("package", &Technology::package, "Debian package that installs the library, if one does");
  g.path("liberty", &Technology::liberty, "Liberty library, plain or gzip").required = true;
  g.path("cell_models", &Technology::cell_models,
         "Verilog models of the cells with specify blocks; without them there is area and timing, no energy");
  g.text("nand2", &Technology::nand2, "Two-input NAND whose area is one gate equivalent").required = true;
  g.text("driver", &Technology::driver, "Cell that drives each input while gates are sized").required = true;
  declare_full_adder(
      g.group("full_adder", &Technology::full_adder, "Full adder that adder trees are built of"));
  g.real("wire_ff", &Technology::wire_ff, {0, 1000}, "fF",
         "Assumed wire capacitance for each pin a net drives");
  g.text("wire_source", &Technology::wire_source, "Where the assumed wire capacitance comes from").required =
      true;
  g.real("input_slew_ns", &Technology::input_slew_ns, {0, 100}, "ns", "Transition time of clock and inputs");
  g.real("output_load_ff", &Technology::output_load_ff, {0, 10000}, "fF",
         "Load of each output while gates are sized");
}

void require_file(const Technology& t, const fs::path& file, const std::string& place) {
  if (fs::exists(file)) return;
  throw InputError(
      place + ": library file '" + file.string() + "' is not there; " +
      (t.package.empty() ? "correct the path" : "install it with: apt-get install " + t.package));
}

Technology checked(Technology t, const config::Document& document, const fs::path& file) {
  t.liberty = config::beside(file, t.liberty);
  require_file(t, t.liberty, document.at("liberty"));
  if (!t.cell_models.empty()) {
    t.cell_models = config::beside(file, t.cell_models);
    require_file(t, t.cell_models, document.at("cell_models"));
  }
  const FullAdder& f = t.full_adder;
  for (const std::string* pin : {&f.a, &f.b, &f.c, &f.sum, &f.carry}) {
    if (f.cell.empty() == pin->empty()) continue;
    throw InputError(document.at("full_adder") +
                     ": full_adder needs cell, a, b, c, sum and carry, or none of them");
  }
  return t;
}

}  // namespace

const config::Schema<Technology>& technology_schema() {
  static const config::Schema<Technology> schema(
      "technology", "Cell library for area, timing and energy, and what is assumed where there is no layout",
      declare_technology);
  return schema;
}

Technology read_technology(const fs::path& file) {
  config::Document document;
  Technology technology = technology_schema().read(file, document);
  return checked(std::move(technology), document, file);
}

Technology default_technology() {
  config::Document document{"osu018.yaml", {}};
  Technology technology = technology_schema().parse(embedded::osu018_technology, document);
  return checked(std::move(technology), document, "osu018.yaml");
}

std::string digest(const Technology& technology) {
  std::string text = technology_schema().write(technology) + sha256(read_file(technology.liberty));
  if (!technology.cell_models.empty()) text += sha256(read_file(technology.cell_models));
  return sha256(text);
}

}  // namespace napier::cost
