#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "cost/liberty/library.hpp"

/// A flat, mapped netlist: library cells and the nets between them.
namespace napier::cost {

/// Nets are numbered as in Yosys' JSON; the first two stand for the constants.
constexpr int kNetZero = 0;
constexpr int kNetOne = 1;
constexpr int kNoNet = -1;

struct Instance {
  std::string name;
  const liberty::Cell* cell = nullptr;  ///< owned by the library
  int unit = 0;                         ///< index in Netlist::units
  std::vector<int> nets;                ///< by pin of the cell, kNoNet where open
};

struct Port {
  std::string name;
  bool output = false;
  std::vector<int> nets;  ///< least significant bit first
};

struct Netlist {
  std::string top;
  int nets = 2;  ///< one more than the highest number
  std::vector<Instance> instances;
  std::vector<Port> ports;
  std::vector<std::string> units;                   ///< names of the modules that instances came from
  std::map<std::string, std::vector<int>> signals;  ///< named wires and ports, least significant bit first
};

/// Reads what Yosys' write_json wrote of a flat module. The attribute `unit` of a cell names the module it
/// came from (absent: the top). Cells of `black_boxes` are left out. Throws InputError where a cell is not in
/// the library, ToolError where the file is not as expected. `library` must outlive the netlist.
Netlist read_netlist(const std::filesystem::path& file, const std::string& top,
                     const liberty::Library& library, const std::vector<std::string>& black_boxes = {});

/// Area and number of cells of each unit, um2.
struct UnitArea {
  std::string unit;
  double area_um2 = 0;
  int cells = 0;
  int flip_flops = 0;  ///< cells with a clock pin
};
std::vector<UnitArea> areas(const Netlist& netlist);

}  // namespace napier::cost
