#include "explore/estimate/roofline.hpp"

#include <algorithm>
#include <array>

#include "explore/plot/chart.hpp"

namespace napier::explore {

void write_roofline(const Roofline& r, const std::filesystem::path& file) {
  Chart chart;
  chart.title = r.title;
  chart.x = {r.x, true};
  chart.y = {"Multiply-accumulates a cycle", true};
  std::array<ChartSeries, kTrainingPasses> passes;
  const double ridge = r.peak / r.slope;
  double left = ridge / 4, right = ridge * 4;
  for (const RooflinePoint& p : r.points) {
    passes[static_cast<std::size_t>(p.pass)].points.push_back(
        {p.macs_per_byte, p.macs_per_cycle, p.macs_per_cycle, p.macs_per_cycle});
    left = std::min(left, p.macs_per_byte);
    right = std::max(right, p.macs_per_byte);
  }
  ChartSeries roof{r.roof, {}, true};
  for (const double x : {left, ridge, right}) {
    const double y = std::min(r.peak, r.slope * x);
    roof.points.push_back({x, y, y, y});
  }
  chart.series.push_back(roof);
  for (std::size_t p = 0; p < passes.size(); ++p) {
    passes[p].name = training_pass_name(static_cast<TrainingPass>(p));
    std::replace(passes[p].name.begin(), passes[p].name.end(), '_', ' ');
    passes[p].joined = false;
    if (!passes[p].points.empty()) chart.series.push_back(passes[p]);
  }
  write_chart_svg(chart, file);
}

}  // namespace napier::explore
