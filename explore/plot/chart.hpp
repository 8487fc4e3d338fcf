#pragma once
#include <filesystem>
#include <string>
#include <vector>

/// Charts of measured points with error bars: as an SVG file for documents, and as a page to look at closely.
namespace napier::explore {

/// A measured value with its spread: low <= y <= high. Without a spread all three are equal. All are finite.
struct ChartPoint {
  double x = 0.0;
  double y = 0.0;
  double low = 0.0;
  double high = 0.0;
};

struct ChartSeries {
  std::string name;  ///< in the legend; empty: not there
  std::vector<ChartPoint> points;
  bool joined = true;  ///< a line joins neighbours; false where there is no order along x
};

struct ChartTick {
  double at = 0.0;
  std::string label;
};

struct ChartAxis {
  std::string title;                  ///< with its unit: "Test accuracy, %"
  bool logarithmic = false;           ///< then all values along it are above 0
  std::vector<ChartTick> ticks = {};  ///< empty: chosen by the drawing program
};

struct Chart {
  std::string title;
  ChartAxis x, y;
  std::vector<ChartSeries> series;  ///< at least one point in all
};

/// Ends of an axis.
struct ChartRange {
  double from = 0.0;
  double to = 1.0;
};

/// The range along x or y that holds all points and a margin. InternalError where there is no point, or one
/// at or below 0 on a logarithmic axis.
ChartRange x_range(const Chart& chart);
ChartRange y_range(const Chart& chart);

/// True where the labels of the axis are too long to stand side by side along x.
bool labels_slant(const ChartAxis& axis);

/// Draws the chart with gnuplot into an SVG file; the same bytes for the same chart and gnuplot. ToolError
/// where gnuplot is missing.
void write_chart_svg(const Chart& chart, const std::filesystem::path& file);

/// The chart as JSON, as chart.js draws it.
std::string chart_json(const Chart& chart);

}  // namespace napier::explore
