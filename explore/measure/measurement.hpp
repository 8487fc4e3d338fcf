#pragma once
#include <filesystem>
#include <string>

#include "explore/plot/chart.hpp"

namespace napier::explore {

/// What a measurement of the arithmetic hands back: every number as CSV, the ones to read as a table, and a
/// chart.
struct Measurement {
  std::string name;     ///< of the files
  std::string csv;      ///< one line a measured point, with a head
  std::string table;    ///< Markdown
  std::string caption;  ///< below the chart: what was measured, and how
  std::string command;  ///< that repeats it
  Chart chart;
};

/// Writes NAME.csv, NAME.md, NAME.svg and NAME.html into an output folder. The same bytes for the same
/// measurement. ToolError where gnuplot is missing.
void write_measurement(const Measurement& measurement, const std::filesystem::path& folder);

}  // namespace napier::explore
