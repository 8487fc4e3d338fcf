#include "explore/report/report.hpp"

#include <algorithm>

#include "explore/report/html.hpp"
#include "rtl-gen/text/template.hpp"

namespace napier::embedded {
extern const std::string_view report_template;
extern const std::string_view report_css;
extern const std::string_view report_js;
extern const std::string_view d3_js;
extern const std::string_view d3_licence;
}  // namespace napier::embedded

namespace napier::explore {
namespace {

using html::Cell;
using html::escape;

Cell design_cell(const DesignReport& design) {
  return {"<span class=\"swatch\" data-design=\"" + escape(design.name) + "\"></span>" + escape(design.name)};
}

/// Cycles, words and the like are counts; everything else was measured.
bool is_count(const std::string& unit) { return unit == "cycles" || unit == "words" || unit == "MAC"; }

Cell value_cell(const std::optional<double>& value, const std::string& unit) {
  if (!value) return {"<span class=\"none\">-</span>"};
  return {is_count(unit) ? html::count(*value) : html::measure(*value)};
}

/// The values that stand in the table of the check, all of them counts; the others stand in the table of all
/// designs.
bool belongs_to_check(const Value& value) { return is_count(value.unit); }

/// Headings of the values on one side of belongs_to_check, after that of the designs.
std::vector<Cell> head_of(const Results& results, bool check) {
  std::vector<Cell> head{{"Design"}};
  for (const Value& v : results.designs.front().values) {
    if (belongs_to_check(v) == check) head.push_back(html::heading(v.title, v.unit));
  }
  return head;
}

std::string meanings(const Results& results, bool check) {
  std::vector<std::string> lines;
  for (const Value& v : results.designs.front().values) {
    if (belongs_to_check(v) == check) lines.push_back(v.title + ", " + v.unit + ": " + v.description);
  }
  return "<details><summary>What each column means</summary>\n" + html::list(lines) + "</details>\n";
}

std::string numbers_table(const Results& results) {
  std::vector<std::vector<Cell>> rows;
  for (const DesignReport& design : results.designs) {
    rows.push_back({design_cell(design)});
    rows.back()[0].markup += "<span class=\"summary\">" + escape(design.summary) + "</span>";
    for (const Value& v : design.values) {
      if (!belongs_to_check(v)) rows.back().push_back(value_cell(v.value, v.unit));
    }
  }
  if (results.reference) {
    rows.push_back(
        {{escape(results.reference->name) + "<span class=\"summary\">trained only, same code</span>"}});
    for (const Value& v : results.designs.front().values) {
      if (belongs_to_check(v)) continue;
      const bool accuracy = v.name == "test_accuracy_percent";
      rows.back().push_back(
          value_cell(accuracy ? results.reference->test_accuracy_percent : std::nullopt, v.unit));
    }
  }
  return html::table(head_of(results, false), rows) + meanings(results, false);
}

Cell verdict(const DesignReport& design) {
  for (const StageReport& stage : design.stages) {
    if (stage.name != "verify") continue;
    if (stage.state == "held") return {"<span class=\"verdict held\">equal in every bit and cycle</span>"};
    if (stage.state == "failed")
      return {"<span class=\"verdict failed\">differs: " + escape(stage.message) + "</span>"};
  }
  return {"<span class=\"none\">not reached</span>"};
}

std::string equality_table(const Results& results) {
  std::vector<Cell> head = head_of(results, true);
  head.push_back({"Verdict"});
  std::vector<std::vector<Cell>> rows;
  for (const DesignReport& design : results.designs) {
    rows.push_back({design_cell(design)});
    for (const Value& v : design.values) {
      if (belongs_to_check(v)) rows.back().push_back(value_cell(v.value, v.unit));
    }
    rows.back().push_back(verdict(design));
  }
  return html::table(head, rows) + meanings(results, true);
}

/// Parts as rows, designs as columns; `parts` chooses the split.
std::string parts_table(const Results& results, Parts DesignReport::*parts, const std::string& caption,
                        const std::string& unit) {
  std::vector<std::string> names;
  for (const DesignReport& design : results.designs) {
    for (const auto& [name, value] : design.*parts) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  if (names.empty()) return "";
  std::vector<Cell> head{html::heading(caption, "")};
  for (const DesignReport& design : results.designs) head.push_back(html::heading(design.name, unit));
  std::vector<std::vector<Cell>> rows;
  for (const std::string& name : names) {
    std::string title = name;
    std::replace(title.begin(), title.end(), '_', ' ');
    rows.push_back({{escape(title)}});
    for (const DesignReport& design : results.designs) {
      std::optional<double> value;
      for (const auto& [part, amount] : design.*parts) {
        if (part == name) value = amount;
      }
      rows.back().push_back(value_cell(value, unit));
    }
  }
  return "<details><summary>" + escape(caption) + " in numbers</summary>\n" + html::table(head, rows) +
         "</details>\n";
}

std::string failures(const Results& results) {
  std::string out;
  const auto add = [&](const std::string& name, const StageReport& stage) {
    out += "<p class=\"alert\"><strong>" + escape(name) + " failed at " + escape(stage.name) +
           "</strong> (exit code " + std::to_string(stage.exit_code) + "): " + escape(stage.message) +
           "<br>Its log is <code>designs/" + escape(name) + "/" + escape(stage.name) +
           ".log</code>; the same sweep command tries it again.</p>\n";
  };
  for (const DesignReport& design : results.designs) {
    if (const StageReport* stage = design.failure()) add(design.name, *stage);
  }
  if (results.reference && results.reference->stage.state == "failed") {
    add(results.reference->name, results.reference->stage);
  }
  return out;
}

std::string conditions_table(const Results& results) {
  std::vector<std::vector<Cell>> rows;
  for (const auto& [name, text] : results.conditions) {
    rows.push_back({{escape(name)}, {"<div class=\"text\">" + escape(text) + "</div>"}});
  }
  return html::table({{"Condition"}, {"<div class=\"text\">Value</div>"}}, rows);
}

std::string stage_commands(const Results& results) {
  std::string out;
  for (const DesignReport& design : results.designs) {
    for (const StageReport& stage : design.stages) out += escape(stage.command) + "\n";
  }
  if (results.reference) out += escape(results.reference->stage.command) + "\n";
  return out;
}

std::string lead(const Results& results) {
  const std::size_t count = results.designs.size();
  return std::to_string(count) + (count == 1 ? " datapath" : " datapaths") +
         ", each trained bit-exactly, simulated cycle by cycle, generated as Verilog, verified against its "
         "own "
         "training trace, and synthesised. Experiment: <code>" +
         escape(results.experiment) + "</code>.";
}

}  // namespace

std::string report_html(const Results& results) {
  const rtl::Values values{
      {"title", escape(results.name)},
      {"lead", lead(results)},
      {"css", std::string(embedded::report_css)},
      {"js", std::string(embedded::report_js)},
      {"d3", std::string(embedded::d3_js)},
      {"d3_licence", std::string(embedded::d3_licence)},
      {"failures", failures(results)},
      {"trade_off_caption",
       "The area of a disc is the design's cell area. Filled discs on the dotted line are the Pareto front: "
       "no other "
       "design is at least as good in accuracy, energy and area and better in one of them. Energy is that of "
       "the "
       "processing element alone; see below for what is not included."},
      {"numbers_table", numbers_table(results)},
      {"equality_table", equality_table(results)},
      {"area_table", parts_table(results, &DesignReport::area_by_unit, "Cell area by unit", "mm\u00b2")},
      {"energy_table", parts_table(results, &DesignReport::energy_per_mac_by_unit,
                                   "Energy per multiply-accumulate by unit", "pJ")},
      {"conditions_table", conditions_table(results)},
      {"not_included", html::list(results.not_included)},
      {"command", escape(results.command)},
      {"stage_commands", stage_commands(results)},
      {"results", html::in_script(results_json(results))},
  };
  return rtl::expand(embedded::report_template, values);
}

}  // namespace napier::explore
