// The roofline model of Williams, Waterman and Patterson, CACM 52(4), 2009.
#include <algorithm>
#include <array>

#include "explore/estimate/estimate_results.hpp"
#include "explore/plot/chart.hpp"
#include "models/design/widths.hpp"

namespace napier::explore {

double channel_bytes_per_cycle(const Design& d) {
  const int vectors = (widths::stationary_words(d) + d.datapath.vector) * d.format.bits;  // a_fill and b_fill
  return (vectors + d.post_processor.lanes * widths::output_bits(d)) / 8.0;
}

void write_roofline(const Design& d, const Workload& w, const Estimate& estimate,
                    const std::filesystem::path& file) {
  const double peak = static_cast<double>(d.datapath.lanes) * d.datapath.vector;
  const double slope = channel_bytes_per_cycle(d);
  Chart chart;
  chart.title = w.name + " on " + d.name;
  chart.x = {"Multiply-accumulates a byte on the element's channels", true};
  chart.y = {"Multiply-accumulates a cycle", true};
  std::array<ChartSeries, 3> passes;
  double left = peak / slope / 4, right = peak / slope * 4;  // both sides of the ridge
  for (const ProductEstimate& e : estimate.products) {
    const double bits = static_cast<double>(traffic_bits(d, e.events));
    const double x = static_cast<double>(e.macs) * 8 / bits;
    const double y = static_cast<double>(e.macs) / static_cast<double>(e.cycles.total());
    passes[static_cast<std::size_t>(e.product.pass)].points.push_back({x, y, y, y});
    left = std::min(left, x);
    right = std::max(right, x);
  }
  ChartSeries roof{"roof: lanes and channels", {}, true};
  for (const double x : {left, peak / slope, right}) {
    const double y = std::min(peak, slope * x);
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
