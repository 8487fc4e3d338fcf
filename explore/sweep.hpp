#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "models/config/schema.hpp"
#include "models/design/design.hpp"

namespace napier::explore {

/// A sweep description: one experiment trained, simulated, verified and costed on several designs.
/// docs/formats/sweep.md lists the keys.
struct Sweep {
  std::string name = "unnamed";
  std::filesystem::path experiment;
  std::vector<std::filesystem::path> designs;
  std::filesystem::path reference;   ///< design that is only trained, for comparison; empty: none
  std::filesystem::path technology;  ///< empty: the default of `napier synth`
};

/// One design of a sweep, read and checked.
struct Point {
  std::filesystem::path file;
  Design design;
};

/// A sweep with the files it names read and checked, so that a mistake shows before hours of work.
struct LoadedSweep {
  Sweep sweep;  ///< paths as they open from the current folder
  std::vector<Point> points;
  std::vector<Point> reference;                ///< none or one
  std::vector<std::filesystem::path> dataset;  ///< files that the experiment trains and tests on
};

/// Every parameter of a sweep, declared once.
const config::Schema<Sweep>& sweep_schema();

/// Reads a sweep file and the designs it names; paths in it are relative to its own folder. InputError names
/// file, place and remedy.
LoadedSweep read_sweep(const std::filesystem::path& file);

}  // namespace napier::explore
