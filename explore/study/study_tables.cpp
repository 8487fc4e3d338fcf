#include "explore/study/study_tables.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "explore/csv.hpp"
#include "models/config/scalar.hpp"

namespace napier::explore {
namespace {

std::string exact(double value) { return config::real_node(value).text; }

std::vector<std::string> point_head(const StudyResults& results) {
  std::vector<std::string> head{"variant"};
  for (const StudyAxisLabels& axis : results.axes) head.push_back(axis.key);
  return head;
}

/// Variant and one cell an axis; a reference has no place on the axes.
std::vector<std::string> point_cells(const StudyResults& results, const std::string& variant,
                                     const std::vector<std::string>& values) {
  std::vector<std::string> cells{variant};
  for (std::size_t i = 0; i < results.axes.size(); ++i) cells.push_back(i < values.size() ? values[i] : "");
  return cells;
}

std::string rounded(double value, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

/// Percentages to the hundredth; other numbers to four digits of the mean, as long as they have a point.
std::string measured(const Spread& spread, const StudyMetric& metric, std::size_t seeds) {
  int decimals = 2;
  if (metric.unit != "%" && spread.mean != 0.0) {
    decimals = std::clamp(3 - static_cast<int>(std::floor(std::log10(std::abs(spread.mean)))), 0, 12);
  }
  std::string text = rounded(spread.mean, decimals);
  if (spread.count > 1) text += " \u00b1 " + rounded(spread.deviation, decimals);
  if (static_cast<std::size_t>(spread.count) < seeds) text += " (" + std::to_string(spread.count) + " runs)";
  return text;
}

std::string cell(const StudyResults& results, const StudyPoint& point, std::size_t metric) {
  const auto& spread = point.metrics[metric];
  if (spread) return measured(*spread, results.metrics[metric], results.seeds.size());
  for (const StudyRunResult& run : results.runs) {
    if (run.variant == point.variant && run.values == point.values && run.state == "failed") return "failed";
  }
  return "-";
}

TextTable table_of_variants(const StudyResults& results) {
  TextTable table;
  table.head = {""};
  for (const StudyMetric& metric : results.metrics) table.head.push_back(metric.title());
  for (const StudyPoint& point : results.points) {
    table.rows.push_back({point.variant.empty() ? results.name : point.variant});
    for (std::size_t m = 0; m < results.metrics.size(); ++m) {
      table.rows.back().push_back(cell(results, point, m));
    }
  }
  return table;
}

}  // namespace

std::string series_name(const StudyResults& results, const StudyPoint& point) {
  std::string name = point.variant;
  for (std::size_t i = 1; i < point.values.size(); ++i) {
    name += (name.empty() ? "" : ", ") + results.axes[i].title + " " + point.values[i];
  }
  return name;
}

std::string runs_csv(const StudyResults& results) {
  std::vector<std::string> head = point_head(results);
  head.insert(head.end(), {"seed", "state"});
  for (const StudyMetric& metric : results.metrics) head.push_back(metric.column());
  head.insert(head.end(), {"folder", "exit_code", "message"});
  std::string csv = csv_row(head);
  for (const StudyRunResult& run : results.runs) {
    std::vector<std::string> row = point_cells(results, run.variant, run.values);
    row.insert(row.end(), {std::to_string(run.seed), run.state});
    for (const auto& value : run.values_of_metrics) row.push_back(value ? exact(*value) : "");
    row.insert(row.end(),
               {run.folder, run.state == "failed" ? std::to_string(run.exit_code) : "", run.message});
    csv += csv_row(row);
  }
  return csv;
}

std::string summary_csv(const StudyResults& results) {
  std::vector<std::string> head = point_head(results);
  for (const StudyMetric& metric : results.metrics) {
    for (const char* what : {"_runs", "_mean", "_standard_deviation", "_min", "_max"}) {
      head.push_back((std::string(what) == "_runs" ? metric.name : metric.column()) + what);
    }
  }
  std::string csv = csv_row(head);
  for (const StudyPoint& point : results.points) {
    std::vector<std::string> row = point_cells(results, point.variant, point.values);
    for (const auto& spread : point.metrics) {
      if (!spread) {
        row.insert(row.end(), {"0", "", "", "", ""});
        continue;
      }
      row.insert(row.end(),
                 {std::to_string(spread->count), exact(spread->mean),
                  spread->count > 1 ? exact(spread->deviation) : "", exact(spread->min), exact(spread->max)});
    }
    csv += csv_row(row);
  }
  return csv;
}

TextTable summary_table(const StudyResults& results) {
  if (results.axes.empty()) return table_of_variants(results);
  const StudyMetric& metric = results.metrics.front();
  const StudyAxisLabels& axis = results.axes.front();
  std::vector<std::string> series;
  for (const StudyPoint& point : results.points) {
    const std::string name = series_name(results, point);
    if (!point.reference && std::find(series.begin(), series.end(), name) == series.end())
      series.push_back(name);
  }
  TextTable table;
  table.head = {axis.title};
  for (const std::string& name : series) table.head.push_back(name.empty() ? metric.title() : name);
  for (const std::string& label : axis.labels) {
    table.rows.push_back({label});
    for (const std::string& name : series) {
      for (const StudyPoint& point : results.points) {
        if (point.reference || point.values.front() != label || series_name(results, point) != name) continue;
        table.rows.back().push_back(cell(results, point, 0));
      }
    }
  }
  for (const StudyPoint& point : results.points) {
    if (!point.reference) continue;
    table.rows.push_back({point.variant, cell(results, point, 0)});
    table.rows.back().resize(table.head.size());
  }
  return table;
}

std::string summary_legend(const StudyResults& results) {
  std::string text = results.axes.empty() ? "" : results.metrics.front().title() + ": ";
  if (results.seeds.size() == 1) return text + "one run, seed " + std::to_string(results.seeds.front()) + ".";
  text += "mean \u00b1 standard deviation over seeds ";
  for (std::size_t i = 0; i < results.seeds.size(); ++i) {
    text += (i > 0 ? ", " : "") + std::to_string(results.seeds[i]);
  }
  return text + ".";
}

std::string table_markdown(const StudyResults& results) {
  const TextTable table = summary_table(results);
  const auto line = [](const std::vector<std::string>& cells) {
    std::string text = "|";
    for (const std::string& content : cells) {
      text += " ";
      for (const char c : content) text += c == '|' ? "\\|" : std::string(1, c);
      text += " |";
    }
    return text + "\n";
  };
  std::string text = line(table.head) + "|";
  for (std::size_t i = 0; i < table.head.size(); ++i) text += "---|";
  text += "\n";
  for (const auto& row : table.rows) text += line(row);
  return text + "\n" + summary_legend(results) + "\n";
}

}  // namespace napier::explore
