#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cost/liberty/boolean.hpp"
#include "cost/liberty/table.hpp"

/// What area and energy need of a Liberty library: areas, pin capacitances, internal power, leakage, units.
namespace napier::cost::liberty {

/// Energy drawn inside a cell when a pin moves, beside what charges the net. Library energy units.
struct InternalPower {
  std::vector<std::string> related_pins;  ///< empty: whatever moved the pin
  std::optional<BooleanExpression> when;  ///< over all pins of the cell, in their order
  Table rise, fall;
  int line = 0;
};

struct Pin {
  std::string name;
  bool output = false;
  bool clock = false;
  double capacitance = 0;  ///< of an input, in library units
  std::vector<InternalPower> power;
};

struct Cell {
  std::string name;
  double area = 0;     ///< um2, as Liberty files have it by custom
  double leakage = 0;  ///< library units; mean over the states where no single value is given
  std::vector<Pin> pins;
  int line = 0;

  /// Index of a pin, or -1.
  int pin(std::string_view wanted) const;
  bool has_power_table() const;
};

/// Factors to SI.
struct Units {
  double seconds = 1e-9;
  double farads = 1e-12;
  double volts = 1;
  double watts = 1e-9;  ///< of leakage
  double joules() const { return farads * volts * volts; }
};

struct Library {
  std::string name;
  std::string file;
  Units units;
  double voltage = 0;      ///< nominal, V
  double temperature = 0;  ///< nominal, degrees Celsius
  std::string corner;      ///< operating conditions
  std::map<std::string, Cell, std::less<>> cells;

  /// Throws InputError that names the library where it has no such cell.
  const Cell& cell(std::string_view wanted) const;
};

/// Throws InputError "file:line: ..." on anything that cannot be read as intended.
Library read_library(const std::filesystem::path& file);
Library read_library(std::string_view text, const std::string& file);

}  // namespace napier::cost::liberty
