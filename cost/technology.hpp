#pragma once
#include <filesystem>
#include <string>

#include "models/config/schema.hpp"

namespace napier::cost {

/// One-bit full adder cell and its pins. Adder trees are built of it; "" builds them of gates.
struct FullAdder {
  std::string cell, a, b, c, sum, carry;
};

/// The cell library that a design is mapped to, and what has to be assumed where there is no layout.
struct Technology {
  std::string name = "unnamed";
  std::string node;
  std::string package;                ///< Debian package that installs the library; "" where none does
  std::filesystem::path liberty;      ///< may be gzip
  std::filesystem::path cell_models;  ///< Verilog of the cells with specify blocks; "" leaves energy out
  std::string nand2;                  ///< cell whose area is one gate equivalent
  std::string driver;                 ///< cell that drives each input while abc sizes gates
  FullAdder full_adder;
  double wire_ff = 5;
  std::string wire_source;
  double input_slew_ns = 0.2;
  double output_load_ff = 30;
};

/// Every parameter of a technology file, declared once.
const config::Schema<Technology>& technology_schema();

/// Reads a technology file; paths in it are relative to its folder. Throws InputError that names file, place
/// and remedy; a missing library names the package that installs it.
Technology read_technology(const std::filesystem::path& file);

/// Debian's OSU 0.18 um library, from the same YAML as configs/technologies/osu018.yaml.
Technology default_technology();

/// SHA-256 of everything that a result depends on, the files' contents included.
std::string digest(const Technology& technology);

}  // namespace napier::cost
