#include "explore/plot/chart.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "models/base/error.hpp"

namespace napier::explore {
using Json = nlohmann::ordered_json;
namespace {

constexpr double kMargin = 0.06;  // of the range, at either end

ChartRange padded(double low, double high, bool logarithmic) {
  if (!(low <= high) || (logarithmic && low <= 0))
    throw InternalError("a chart's points do not fit its axes");
  if (logarithmic) {
    const double octaves = std::max(std::log2(high / low), 0.5) * kMargin;
    return {low * std::exp2(-octaves), high * std::exp2(octaves)};
  }
  const double span = high > low ? high - low : std::max(std::abs(high), 1.0);
  return {low - kMargin * span, high + kMargin * span};
}

Json axis_json(const ChartAxis& axis, const ChartRange& range) {
  Json ticks = Json::array();
  for (const ChartTick& tick : axis.ticks) ticks.push_back({{"at", tick.at}, {"label", tick.label}});
  return {{"title", axis.title},
          {"logarithmic", axis.logarithmic},
          {"slant", labels_slant(axis)},
          {"range", {range.from, range.to}},
          {"ticks", ticks}};
}

}  // namespace

ChartRange x_range(const Chart& chart) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const ChartSeries& series : chart.series) {
    for (const ChartPoint& point : series.points) {
      low = std::min(low, point.x);
      high = std::max(high, point.x);
    }
  }
  return padded(low, high, chart.x.logarithmic);
}

ChartRange y_range(const Chart& chart) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const ChartSeries& series : chart.series) {
    for (const ChartPoint& point : series.points) {
      low = std::min(low, point.low);
      high = std::max(high, point.high);
    }
  }
  return padded(low, high, chart.y.logarithmic);
}

bool labels_slant(const ChartAxis& axis) {
  std::size_t longest = 0;
  for (const ChartTick& tick : axis.ticks) longest = std::max(longest, tick.label.size());
  return longest * axis.ticks.size() > 80;  // letters that fit along the narrower of the two drawings
}

std::string chart_json(const Chart& chart) {
  Json series = Json::array();
  for (const ChartSeries& s : chart.series) {
    Json points = Json::array();
    for (const ChartPoint& p : s.points) {
      points.push_back({{"x", p.x}, {"y", p.y}, {"low", p.low}, {"high", p.high}});
    }
    series.push_back({{"name", s.name}, {"joined", s.joined}, {"points", points}});
  }
  const Json json{{"title", chart.title},
                  {"x", axis_json(chart.x, x_range(chart))},
                  {"y", axis_json(chart.y, y_range(chart))},
                  {"series", series}};
  return json.dump();
}

}  // namespace napier::explore
