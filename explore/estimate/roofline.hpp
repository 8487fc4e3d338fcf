#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "models/workload/passes.hpp"

/// The roofline model of Williams, Waterman and Patterson, CACM 52(4), 2009.
namespace napier::explore {

/// Rate over operational intensity, of a layer's pass.
struct RooflinePoint {
  TrainingPass pass = TrainingPass::kForward;
  double macs_per_byte = 0.0, macs_per_cycle = 0.0;
};

struct Roofline {
  std::string title, x, roof;  ///< of the chart, the axis of bytes and the roof's line
  double peak = 0.0;           ///< multiply-accumulates a cycle
  double slope = 0.0;          ///< bytes a cycle
  std::vector<RooflinePoint> points;
};

/// Draws all points under the roof min(peak, slope x). ToolError where gnuplot is missing.
void write_roofline(const Roofline& roofline, const std::filesystem::path& file);

}  // namespace napier::explore
