// Charts as SVG files, drawn by gnuplot.
#include <array>
#include <filesystem>

#include "explore/plot/chart.hpp"
#include "models/base/files.hpp"
#include "models/base/process.hpp"
#include "models/config/scalar.hpp"

namespace napier::explore {
namespace fs = std::filesystem;
namespace {

// Okabe and Ito's colours, distinct to colour-blind readers, and a mark for each. As in chart.js.
constexpr std::array<const char*, 8> kColours{"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                              "#e69f00", "#56b4e9", "#1b1f24", "#8c8c00"};
constexpr std::array<int, 8> kMarks{7, 5, 9, 13, 11, 6, 4, 8};

/// A string of gnuplot's that stands for itself.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "''" : c == '\n' ? " " : std::string(1, c);
  return out + "'";
}

/// In the shortest form that reads back equal.
std::string number(double value) { return config::real_node(value).text; }

std::string axis(const std::string& name, const ChartAxis& axis, const ChartRange& range) {
  std::string script = "set " + name + "label " + quoted(axis.title) + "\n";
  script += "set " + name + "range [" + number(range.from) + ":" + number(range.to) + "]\n";
  if (axis.logarithmic) script += "set logscale " + name + "\n";
  if (axis.ticks.empty()) return script;
  script += "set " + name + "tics (";
  for (std::size_t i = 0; i < axis.ticks.size(); ++i) {
    script += (i > 0 ? ", " : "") + quoted(axis.ticks[i].label) + " " + number(axis.ticks[i].at);
  }
  // The first label reaches left of its tick: the margin, in letters, makes room for it.
  if (name == "x" && labels_slant(axis)) script = "set lmargin 18\n" + script;
  return script + (name == "x" && labels_slant(axis) ? ") rotate by 20 right\n" : ")\n");
}

std::string data(const ChartSeries& series, std::size_t index) {
  std::string text = "$series" + std::to_string(index) + " << EOD\n";
  for (const ChartPoint& p : series.points) {
    text += number(p.x) + " " + number(p.y) + " " + number(p.low) + " " + number(p.high) + "\n";
  }
  return text + "EOD\n";
}

std::string curve(const ChartSeries& series, std::size_t index) {
  return "$series" + std::to_string(index) + " using 1:2:3:4 with " +
         (series.joined ? "yerrorlines" : "yerrorbars") + " lw 1.6 ps 0.7 pt " +
         std::to_string(kMarks[index % kMarks.size()]) + " dt " +
         std::to_string(index / kColours.size() % 4 + 1) + " lc rgb " +
         quoted(kColours[index % kColours.size()]) +
         (series.name.empty() ? " notitle" : " title " + quoted(series.name));
}

std::string script_of(const Chart& chart, const fs::path& file) {
  std::string script =
      "set terminal svg size 820,440 dynamic noenhanced font 'Liberation Sans,13' background '#ffffff' name "
      "'chart'\n"
      "set encoding utf8\n"
      "set border 3 lc rgb '#59636e'\n"
      "set tics nomirror textcolor rgb '#1b1f24'\n"
      "set grid lt 1 lc rgb '#d8dee4'\n"
      "set key outside right top Left reverse noenhanced\n";
  script += "set output " + quoted(file.string()) + "\nset title " + quoted(chart.title) + "\n";
  script += axis("x", chart.x, x_range(chart)) + axis("y", chart.y, y_range(chart));
  std::string curves;
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    if (chart.series[i].points.empty()) continue;
    script += data(chart.series[i], i);
    curves += (curves.empty() ? "" : ", \\\n     ") + curve(chart.series[i], i);
  }
  return script + "plot " + curves + "\n";
}

/// A file that is gone when its user is.
struct TemporaryFile {
  explicit TemporaryFile(const fs::path& file) : path(fs::absolute(temporary_name(file))) {}
  ~TemporaryFile() {
    std::error_code ignored;
    fs::remove(path, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  fs::path path;
};

}  // namespace

void write_chart_svg(const Chart& chart, const fs::path& file) {
  require_writable(file);
  const TemporaryFile script(file.string() + ".gnuplot");
  const TemporaryFile drawing(file.string() + ".drawing");
  const TemporaryFile log(file.string() + ".log");
  write_file(script.path, script_of(chart, drawing.path));
  run_tool({"gnuplot", script.path.string()}, fs::current_path(), log.path);
  write_file(file, read_file(drawing.path));
}

}  // namespace napier::explore
