#include "explore/collect.hpp"

#include <algorithm>
#include <map>
#include <sstream>

#include "explore/gravity.hpp"
#include "explore/json_file.hpp"
#include "explore/manifest.hpp"
#include "explore/plan.hpp"
#include "explore/report/report.hpp"
#include "explore/stage.hpp"
#include "models/base/error.hpp"
#include "models/base/files.hpp"

namespace napier::explore {
namespace fs = std::filesystem;
namespace {

constexpr double kMm2PerUm2 = 1e-6;

/// The values of a design in the order of the tables, all of them empty.
std::vector<Value> no_values() {
  const auto none = std::nullopt;
  return {
      {"test_accuracy_percent", "Test accuracy", "%", "test images classified right after the last epoch",
       none},
      {"energy_per_mac_pj", "Energy per MAC", "pJ",
       "energy of the processing element for each multiply-accumulate of the trace, from gate-level "
       "simulation with "
       "operands of the trace, clock and leakage included",
       none},
      {"energy_standard_error_pj", "Standard error", "pJ", "of the energy, over the sampled windows", none},
      {"area_mm2", "Cell area", "mm\u00b2", "all standard cells of the processing element, before layout",
       none},
      {"area_kge", "Cell area", "kGE", "the same in thousands of two-input NAND gates", none},
      {"critical_path_ns", "Critical path", "ns", "longest delay between registers, ideal clock", none},
      {"macs", "Traced work", "MAC", "multiply-accumulates of the trace, padding left out", none},
      {"cycles_systemc", "SystemC", "cycles", "length of the trace on the SystemC model", none},
      {"cycles_verilog", "Verilog", "cycles", "length of the trace on the generated Verilog", none},
      {"utilisation_percent", "Utilisation", "%", "useful multiply-accumulates to lane slots, all cycles",
       none},
      {"words_compared", "Compared", "words", "words that moved on any channel, equal in SystemC and Verilog",
       none},
      {"golden_words", "Golden", "words", "words of the Verilog that the trainer's trace foretold", none},
  };
}

void set(DesignReport& report, const std::string& name, double value) {
  for (Value& v : report.values) {
    if (v.name == name) {
      v.value = value;
      return;
    }
  }
  throw InternalError("results have no value '" + name + "'");
}

/// stats.json: a list of name, value, unit, description.
class Statistics {
 public:
  explicit Statistics(const fs::path& file) : file_(file) {
    for (const JsonFile& entry : JsonFile(file).elements())
      values_.emplace_back(entry.text("name"), entry.number("value"));
  }

  double number(const std::string& name) const {
    for (const auto& [known, value] : values_) {
      if (known == name) return value;
    }
    throw InputError("'" + file_.string() + "' has no statistic '" + name +
                     "'; was it made by another version? Remove it and run the command again");
  }

  /// Those whose name starts with `prefix`, without it.
  Parts starting_with(const std::string& prefix) const {
    Parts parts;
    for (const auto& [name, value] : values_) {
      if (name.starts_with(prefix)) parts.emplace_back(name.substr(prefix.size()), value);
    }
    return parts;
  }

 private:
  fs::path file_;
  Parts values_;
};

std::vector<double> accuracy_by_epoch(const fs::path& file) {
  std::istringstream lines(read_file(file));
  std::string line;
  std::getline(lines, line);
  std::vector<std::string> names;
  std::istringstream header(line);
  for (std::string name; std::getline(header, name, ',');) names.push_back(name);
  const auto column = std::find(names.begin(), names.end(), "test_accuracy_percent");
  if (column == names.end())
    throw InputError("'" + file.string() + "' has no column 'test_accuracy_percent'");
  std::vector<double> accuracy;
  while (std::getline(lines, line)) {
    std::istringstream cells(line);
    std::string cell;
    for (auto name = names.begin(); name <= column; ++name) std::getline(cells, cell, ',');
    std::istringstream number(cell);
    if (!(number >> accuracy.emplace_back())) {
      throw InputError("'" + file.string() + "': '" + cell + "' is no number");
    }
  }
  return accuracy;
}

/// A module that holds the lanes of a unit counts as that unit.
std::string unit_of(const std::string& module) {
  if (module.starts_with("vector_lane")) return "vector_lanes";
  const std::string suffix = "_lane";
  return module.ends_with(suffix) ? module.substr(0, module.size() - suffix.size()) : module;
}

/// Rows of synth.json, added up by unit. A row with a part says how much of its unit's row belongs to another
/// unit inside; parts that are kinds of energy ("clock energy") cut the same sum another way and are left
/// out.
Parts by_unit(const std::vector<JsonFile>& rows, const std::string& key, double factor) {
  Parts parts;
  const auto add = [&parts](const std::string& name, double value) {
    for (auto& [known, sum] : parts) {
      if (known == name) {
        sum += value;
        return;
      }
    }
    parts.emplace_back(name, value);
  };
  for (const JsonFile& row : rows) {
    const std::string unit = unit_of(row.text("unit"));
    const std::string part = row.text("part");
    const double value = row.number(key) * factor;
    if (part.empty()) {
      add(unit, value);
    } else if (!part.ends_with(" energy")) {
      add(unit, -value);
      add(unit_of(part), value);
    }
  }
  double total = 0;
  for (const auto& [name, value] : parts) total += value;
  for (const auto& [name, value] : parts) {
    // A library may credit a part with slightly negative energy; more means that parts were counted twice.
    if (value < -0.01 * total) throw InternalError("the parts of '" + name + "' exceed it in " + key);
  }
  std::erase_if(parts, [](const auto& part) { return part.second == 0; });
  return parts;
}

/// What numbers hold for, by name: the text, and the designs it was said of.
using Notes = std::vector<std::pair<std::string, std::vector<std::pair<std::string, std::string>>>>;

void note(Notes& notes, const std::string& name, const std::string& text, const std::string& design) {
  for (auto& [known, texts] : notes) {
    if (known == name) {
      texts.emplace_back(text, design);
      return;
    }
  }
  notes.push_back({name, {{text, design}}});
}

/// "text" where all designs agree, else "text (a, b); other text (c)".
std::string joined(const std::vector<std::pair<std::string, std::string>>& texts) {
  std::vector<std::pair<std::string, std::string>> groups;  // text and its designs
  for (const auto& [text, design] : texts) {
    const auto known =
        std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.first == text; });
    if (known == groups.end()) {
      groups.emplace_back(text, design);
    } else {
      known->second += ", " + design;
    }
  }
  if (groups.size() == 1) return groups.front().first;
  std::string all;
  for (const auto& [text, designs] : groups) all += (all.empty() ? "" : "; ") + text + " (" + designs + ")";
  return all;
}

std::string plain(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

std::string whole(double value) { return std::to_string(static_cast<long long>(value)); }

/// Reads the results of one design, stage by stage, up to the first that has not finished.
class Reader {
 public:
  Reader(const fs::path& folder, const Manifest::DesignEntry& entry)
      : files_(folder, entry.name), entry_(entry) {}

  DesignReport design(Notes& notes, Notes& not_included) const {
    DesignReport report{entry_.name, entry_.summary, {}, no_values(), {}, {}, {}, {}, false};
    bool reached = true;
    for (const auto& stage : entry_.stages) {
      report.stages.push_back(state(stage, reached));
      reached = report.stages.back().state == "held" && read_stage(report, notes, not_included);
    }
    return report;
  }

  ReferenceReport reference() const {
    ReferenceReport report{entry_.name, state(entry_.stages.at(0), true), {}, {}};
    if (report.stage.state != "held") return report;
    const fs::path folder = files_.stage("train");
    try {
      const double accuracy = Statistics(folder / "stats.json").number("test_accuracy_percent");
      report.accuracy_by_epoch = accuracy_by_epoch(folder / "epochs.csv");
      report.test_accuracy_percent = accuracy;
    } catch (const Error& error) {
      fail(report.stage, error);
    }
    return report;
  }

 private:
  StageReport state(const Manifest::StageEntry& stage, bool reached) const {
    StageReport report{stage.name, stage.command, "not reached", 0, ""};
    if (!reached) return report;
    const StageRecord record = read_stage_record(files_.stage(stage.name));
    if (record.state == "finished") report.state = "held";
    if (record.state == "failed") {
      report.state = "failed";
      report.exit_code = record.exit_code;
      report.message = record.message;
    }
    return report;
  }

  static void fail(StageReport& stage, const Error& error) {
    stage.state = "failed";
    stage.exit_code = static_cast<int>(error.code());
    stage.message = error.what();
  }

  /// Adds the numbers of the report's last stage, all of them or, where one is missing or contradicts another
  /// stage, none: then that stage failed, and with it this design alone.
  bool read_stage(DesignReport& report, Notes& notes, Notes& not_included) const {
    const std::string name = report.stages.back().name;
    const fs::path folder = files_.stage(name);
    DesignReport grown = report;
    Notes grown_notes = notes;
    Notes grown_not_included = not_included;
    try {
      if (name == "train") train(grown, folder, grown_notes);
      if (name == "sim") sim(grown, folder);
      if (name == "verify") verify(grown, folder);
      if (name == "synth") synth(grown, folder, grown_notes, grown_not_included);
    } catch (const Error& error) {
      fail(report.stages.back(), error);
      return false;
    }
    report = std::move(grown);
    notes = std::move(grown_notes);
    not_included = std::move(grown_not_included);
    return true;
  }

  void train(DesignReport& report, const fs::path& folder, Notes& notes) const {
    const Statistics stats(folder / "stats.json");
    set(report, "test_accuracy_percent", stats.number("test_accuracy_percent"));
    report.accuracy_by_epoch = accuracy_by_epoch(folder / "epochs.csv");
    note(notes, "Training",
         plain(stats.number("epochs")) + " epochs, " + plain(stats.number("steps")) + " steps, " +
             whole(stats.number("weights")) + " weights",
         report.name);
  }

  void sim(DesignReport& report, const fs::path& folder) const {
    const Statistics stats(folder / "stats.json");
    set(report, "macs", stats.number("macs"));
    set(report, "cycles_systemc", stats.number("cycles"));
    set(report, "utilisation_percent", 100 * stats.number("utilisation"));
    report.cycles_by_cause = stats.starting_with("cause.");
    std::erase_if(report.cycles_by_cause, [](const auto& cause) { return cause.second == 0; });
  }

  void verify(DesignReport& report, const fs::path& folder) const {
    const JsonFile json(folder / "verify.json");
    const double cycles = json.number("systemc_cycles");
    const double simulated = report.value("cycles_systemc").value();
    if (cycles != simulated) {
      throw MismatchError("napier verify counted " + whole(cycles) +
                          " cycles of the SystemC model, napier sim " + whole(simulated));
    }
    set(report, "cycles_verilog", json.number("verilog_cycles"));
    set(report, "words_compared", json.number("words_compared"));
    set(report, "golden_words", json.number("golden_words"));
  }

  void synth(DesignReport& report, const fs::path& folder, Notes& notes, Notes& not_included) const {
    const JsonFile json(folder / "synth.json");
    set(report, "area_mm2", json.number("summary.area_um2") * kMm2PerUm2);
    set(report, "area_kge", json.number("summary.gate_equivalents") / 1000);
    set(report, "critical_path_ns", json.number("summary.critical_path_ns"));
    set(report, "energy_per_mac_pj", json.number("summary.energy_pj_per_mac"));
    set(report, "energy_standard_error_pj", json.number("summary.energy_standard_error_pj"));
    report.area_by_unit = by_unit(json.list("area"), "total_um2", kMm2PerUm2);
    report.energy_per_mac_by_unit = by_unit(json.list("energy"), "pj_per_mac", 1);
    note(notes, "Library", json.text("technology.library") + ", corner " + json.text("technology.corner"),
         report.name);
    note(notes, "Node", json.text("technology.node"), report.name);
    note(notes, "Supply voltage", plain(json.number("technology.voltage_v")) + " V", report.name);
    note(notes, "Temperature", plain(json.number("technology.temperature_c")) + " \u00b0C", report.name);
    note(notes, "Clock period", plain(json.number("clock_period_ns")) + " ns, ideal clock", report.name);
    note(notes, "Wires",
         plain(json.number("technology.wire_ff_per_pin")) +
             " fF for each driven pin: " + json.text("technology.wire_source"),
         report.name);
    note(notes, "Energy from", json.text("simulation"), report.name);
    double windows = 0;
    double cycles = 0;
    for (const JsonFile& row : json.list("energy")) {
      if (!row.text("part").empty()) continue;
      windows += row.number("windows");
      cycles += row.number("cycles");
    }
    note(notes, "Energy samples", plain(windows) + " windows, " + plain(cycles) + " cycles", report.name);
    for (const std::string& text : json.texts("not_included")) note(not_included, text, text, report.name);
  }

  PointFolder files_;
  const Manifest::DesignEntry& entry_;
};

}  // namespace

Results collect_results(const fs::path& folder) {
  const Manifest manifest = read_manifest(folder);
  Results results;
  results.name = manifest.name;
  results.command = manifest.command;
  results.experiment = manifest.experiment;
  Notes notes;
  Notes not_included;
  std::size_t synthesised = 0;
  for (const auto& entry : manifest.designs) {
    results.designs.push_back(Reader(folder, entry).design(notes, not_included));
    if (results.designs.back().value("area_mm2")) ++synthesised;
  }
  if (manifest.reference) results.reference = Reader(folder, *manifest.reference).reference();
  for (const auto& [name, texts] : notes) results.conditions.emplace_back(name, joined(texts));
  for (const auto& [text, designs] : not_included) {
    std::string names;
    for (const auto& [same, design] : designs) names += (names.empty() ? "" : ", ") + design;
    results.not_included.push_back(designs.size() == synthesised ? text : text + " (" + names + ")");
  }
  mark_pareto_front(results.designs);
  return results;
}

void write_results(const Results& results, const fs::path& folder) {
  write_file(folder / "results.csv", results_csv(results));
  write_file(folder / "results.json", results_json(results));
  write_file(folder / "report.html", report_html(results));
}

void require_all_held(const Results& results, const fs::path& folder) {
  ExitCode gravest = ExitCode::kHeld;
  std::string names;
  const auto add = [&](const std::string& name, const StageReport& stage) {
    gravest = graver(gravest, stage.exit_code);
    names += (names.empty() ? "" : ", ") + name;
  };
  for (const DesignReport& design : results.designs) {
    if (const StageReport* stage = design.failure()) add(design.name, *stage);
  }
  if (results.reference && results.reference->stage.state == "failed") {
    add(results.reference->name, results.reference->stage);
  }
  if (gravest == ExitCode::kHeld) return;
  throw Error(gravest, "these designs failed: " + names + "; " + (folder / "report.html").string() +
                           " says where and why, and holds the results of the others. The same sweep command "
                           "tries them again");
}

}  // namespace napier::explore
