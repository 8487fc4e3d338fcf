#include "explore/study/study_page.hpp"

#include <algorithm>

#include "explore/plot/chart_page.hpp"
#include "explore/report/html.hpp"
#include "explore/study/study_tables.hpp"
#include "models/config/scalar.hpp"

namespace napier::explore {
namespace {

/// Where along x each label stands: at its number where all are numbers, else at 0, 1, 2, ...
std::vector<double> positions(const std::vector<std::string>& labels, bool& numbers) {
  std::vector<double> at;
  for (const std::string& label : labels) at.push_back(config::to_real(label).value_or(0));
  numbers = std::all_of(labels.begin(), labels.end(),
                        [](const std::string& label) { return config::to_real(label).has_value(); });
  if (numbers) return at;
  for (std::size_t i = 0; i < at.size(); ++i) at[i] = static_cast<double>(i);
  return at;
}

ChartPoint chart_point(double x, const Spread& spread) { return {x, spread.mean, spread.min, spread.max}; }

Chart chart_of_variants(const StudyResults& results) {
  Chart chart{results.title, {""}, {results.metrics.front().title()}, {{"", {}, false}}};
  for (const StudyPoint& point : results.points) {
    const auto x = static_cast<double>(chart.x.ticks.size());
    chart.x.ticks.push_back({x, point.variant.empty() ? results.name : point.variant});
    if (const auto& spread = point.metrics.front()) {
      chart.series.front().points.push_back(chart_point(x, *spread));
    }
  }
  return chart;
}

/// Markup of the runs that failed, with their reasons.
std::string failures(const StudyResults& results) {
  std::string out;
  for (const StudyRunResult& run : results.runs) {
    if (run.state != "failed") continue;
    std::string name = run.variant;
    for (std::size_t i = 0; i < run.values.size(); ++i) {
      name += (name.empty() ? "" : ", ") + results.axes[i].title + " " + run.values[i];
    }
    out += "<p class=\"alert\"><strong>" + html::escape(name) + ", seed " + std::to_string(run.seed) +
           " failed</strong> (exit code " + std::to_string(run.exit_code) +
           "): " + html::escape(run.message) + "<br>Its log is <code>" + html::escape(run.folder) +
           "/train.log</code>; the same study command tries it again.</p>\n";
  }
  return out;
}

std::string markup(const TextTable& table) {
  const auto cells = [](const std::vector<std::string>& texts) {
    std::vector<html::Cell> row;
    for (const std::string& text : texts) row.push_back({html::escape(text)});
    return row;
  };
  std::vector<std::vector<html::Cell>> rows;
  for (const auto& row : table.rows) rows.push_back(cells(row));
  return html::table(cells(table.head), rows);
}

std::string meanings(const StudyResults& results) {
  std::vector<std::string> lines;
  for (const StudyMetric& metric : results.metrics)
    lines.push_back(metric.title() + ": " + metric.description);
  return html::list(lines);
}

}  // namespace

bool has_chart(const StudyResults& results) {
  return std::any_of(results.points.begin(), results.points.end(),
                     [](const StudyPoint& point) { return point.metrics.front().has_value(); });
}

Chart study_chart(const StudyResults& results) {
  if (results.axes.empty()) return chart_of_variants(results);
  const StudyAxisLabels& axis = results.axes.front();
  bool numbers = false;
  const std::vector<double> at = positions(axis.labels, numbers);
  Chart chart{results.title, {axis.title, axis.logarithmic}, {results.metrics.front().title()}, {}};
  for (std::size_t i = 0; i < at.size(); ++i) chart.x.ticks.push_back({at[i], axis.labels[i]});
  std::sort(chart.x.ticks.begin(), chart.x.ticks.end(),
            [](const ChartTick& a, const ChartTick& b) { return a.at < b.at; });
  const auto curve = [&chart](const std::string& name, bool joined) -> ChartSeries& {
    for (ChartSeries& series : chart.series) {
      if (series.name == name) return series;
    }
    chart.series.push_back({name, {}, joined});
    return chart.series.back();
  };
  for (const StudyPoint& point : results.points) {
    ChartSeries& series = curve(series_name(results, point), numbers || point.reference);
    const auto& spread = point.metrics.front();
    if (!spread) continue;
    if (point.reference) {
      for (const ChartTick& tick : chart.x.ticks) series.points.push_back(chart_point(tick.at, *spread));
      continue;
    }
    const auto label = std::find(axis.labels.begin(), axis.labels.end(), point.values.front());
    series.points.push_back(chart_point(at[static_cast<std::size_t>(label - axis.labels.begin())], *spread));
  }
  for (ChartSeries& series : chart.series) {
    std::sort(series.points.begin(), series.points.end(),
              [](const ChartPoint& a, const ChartPoint& b) { return a.x < b.x; });
  }
  return chart;
}

std::string study_html(const StudyResults& results) {
  ChartPage page{results.title, "", {}, ""};
  page.lead = std::to_string(results.points.size()) +
              (results.points.size() == 1 ? " point, " : " points, ") + std::to_string(results.runs.size()) +
              " training runs with <code>napier train</code>.";
  if (has_chart(results)) {
    page.figures.push_back(
        {study_chart(results), "Mean over the seeds; bars reach from the least to the greatest."});
  }
  page.body = failures(results) + "<h2>Table</h2>\n" + markup(summary_table(results)) + "<p>" +
              html::escape(summary_legend(results)) + "</p>\n" + meanings(results) +
              "<p>All numbers: <code>summary.csv</code> by point, <code>runs.csv</code> by run.</p>\n" +
              "<h2>Reproduce</h2>\n<pre>" + html::escape(results.command) + "</pre>\n";
  return chart_page_html(page);
}

}  // namespace napier::explore
