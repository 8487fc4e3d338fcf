#include "cost/netlist/netlist.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "models/base/error.hpp"
#include "models/base/files.hpp"

namespace napier::cost {
namespace {

using nlohmann::json;

/// A bit is a net's number, or the text of a constant. An undefined bit was tied low (setundef -zero).
int net_of(const json& bit) {
  if (bit.is_number_integer()) return bit.get<int>();
  return bit.get<std::string>() == "1" ? kNetOne : kNetZero;
}

std::vector<int> nets_of(const json& bits, Netlist& netlist) {
  std::vector<int> nets;
  for (const json& bit : bits) {
    nets.push_back(net_of(bit));
    netlist.nets = std::max(netlist.nets, nets.back() + 1);
  }
  return nets;
}

int unit_index(Netlist& netlist, const std::string& unit) {
  const auto found = std::find(netlist.units.begin(), netlist.units.end(), unit);
  if (found == netlist.units.end()) netlist.units.push_back(unit);
  return static_cast<int>(std::find(netlist.units.begin(), netlist.units.end(), unit) -
                          netlist.units.begin());
}

Instance instance(const std::string& name, const json& cell, Netlist& netlist,
                  const liberty::Library& library) {
  Instance result;
  result.name = name;
  result.cell = &library.cell(cell.at("type").get<std::string>());
  result.unit = unit_index(netlist, cell.at("attributes").value("unit", netlist.top));
  result.nets.assign(result.cell->pins.size(), kNoNet);
  for (const auto& [pin, bits] : cell.at("connections").items()) {
    const int index = result.cell->pin(pin);
    if (index < 0) {
      throw InputError(library.file + ":" + std::to_string(result.cell->line) + ": cell '" +
                       result.cell->name + "' has no pin '" + pin + "', which the netlist connects");
    }
    const std::vector<int> nets = nets_of(bits, netlist);
    if (!nets.empty()) result.nets[static_cast<std::size_t>(index)] = nets[0];
  }
  return result;
}

}  // namespace

Netlist read_netlist(const std::filesystem::path& file, const std::string& top,
                     const liberty::Library& library, const std::vector<std::string>& black_boxes) {
  try {
    const json root = json::parse(read_file(file));
    const json& module = root.at("modules").at(top);
    Netlist netlist;
    netlist.top = top;
    for (const auto& [name, port] : module.at("ports").items()) {
      netlist.ports.push_back({name, port.at("direction") == "output", nets_of(port.at("bits"), netlist)});
    }
    for (const auto& [name, net] : module.at("netnames").items()) {
      netlist.signals[name] = nets_of(net.at("bits"), netlist);
    }
    for (const auto& [name, cell] : module.at("cells").items()) {
      const auto type = cell.at("type").get<std::string>();
      if (std::find(black_boxes.begin(), black_boxes.end(), type) != black_boxes.end()) continue;
      netlist.instances.push_back(instance(name, cell, netlist, library));
    }
    return netlist;
  } catch (const json::exception& e) {
    throw ToolError("Yosys wrote an unexpected netlist '" + file.string() + "': " + e.what() +
                    "; delete it and try again");
  }
}

std::vector<UnitArea> areas(const Netlist& netlist) {
  std::vector<UnitArea> result;
  for (const std::string& unit : netlist.units) result.push_back({unit, 0, 0, 0});
  for (const Instance& i : netlist.instances) {
    UnitArea& unit = result[static_cast<std::size_t>(i.unit)];
    unit.area_um2 += i.cell->area;
    ++unit.cells;
    unit.flip_flops +=
        std::any_of(i.cell->pins.begin(), i.cell->pins.end(), [](const liberty::Pin& p) { return p.clock; });
  }
  return result;
}

}  // namespace napier::cost
