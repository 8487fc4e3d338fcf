#include "cost/report.hpp"

#include <charconv>
#include <cmath>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <sstream>

#include "models/base/error.hpp"
#include "models/base/files.hpp"

namespace napier::cost {
namespace {

using nlohmann::ordered_json;

constexpr double kMostPjPerMac = 1e6;

void require(bool good, const std::string& what, double value) {
  if (good) return;
  std::ostringstream text;
  text << "implausible result: " << what << " is " << value;
  throw InternalError(text.str());
}

/// Shortest text that reads back to the same number: the same on every machine.
std::string number(double value) {
  char buffer[40];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  return {buffer, result.ptr};
}

std::string whole_name(const std::string& unit, const std::string& part) {
  return part.empty() ? unit : unit + "." + part;
}

std::string energy_source(const SynthReport& r) {
  return r.library + ", " + number(r.voltage) + " V, " + number(r.period_ns) + " ns; " + r.simulation;
}

ordered_json json_of(const SynthReport& r) {
  ordered_json j;
  j["design"] = {{"name", r.design}, {"digest", r.design_digest}};
  j["technology"] = {
      {"name", r.technology},       {"library", r.library},         {"node", r.node},
      {"corner", r.corner},         {"voltage_v", r.voltage},       {"temperature_c", r.temperature},
      {"gate_equivalent", r.nand2}, {"wire_ff_per_pin", r.wire_ff}, {"wire_source", r.wire_source}};
  j["clock_period_ns"] = r.period_ns;
  j["simulation"] = r.simulation;
  ordered_json& summary = j["summary"];
  summary = {{"area_um2", r.total_um2},
             {"gate_equivalents", r.gate_equivalents},
             {"critical_path_ns", r.critical_path_ns},
             {"slack_ns", r.slack_ns}};
  if (r.pj_per_mac) {
    summary["energy_pj_per_mac"] = *r.pj_per_mac;
    summary["energy_standard_error_pj"] = r.pj_per_mac_error;
    summary["utilisation"] = r.utilisation;
  } else {
    summary["energy_absent"] = r.energy_absent;
  }
  j["area"] = ordered_json::array();
  for (const AreaRow& a : r.area) {
    j["area"].push_back({{"unit", a.unit},
                         {"part", a.part},
                         {"instances", a.instances},
                         {"cells", a.cells},
                         {"flip_flops", a.flip_flops},
                         {"area_um2", a.area_um2},
                         {"total_um2", a.total_um2},
                         {"gate_equivalents", a.gate_equivalents}});
  }
  j["timing"] = ordered_json::array();
  for (const TimingRow& t : r.timing) {
    j["timing"].push_back({{"unit", t.unit},
                           {"critical_path_ns", t.critical_path_ns},
                           {"slack_ns", t.slack_ns},
                           {"from", t.from},
                           {"to", t.to}});
  }
  j["energy"] = ordered_json::array();
  for (const EnergyRow& e : r.energy) {
    j["energy"].push_back({{"unit", e.unit},
                           {"part", e.part},
                           {"event", e.event},
                           {"pj", e.pj},
                           {"standard_error_pj", e.standard_error},
                           {"events_per_mac", e.events_per_mac},
                           {"pj_per_mac", e.pj_per_mac},
                           {"windows", e.samples},
                           {"cycles", e.cycles}});
  }
  j["not_included"] = r.not_included;
  return j;
}

/// Text in double quotes where it holds a comma.
std::string field(const std::string& text) {
  return text.find(',') == std::string::npos ? text : "\"" + text + "\"";
}

std::string csv_of(const SynthReport& r) {
  std::string text = "kind,unit,quantity,value,measure,source\n";
  const auto row = [&](const char* kind, const std::string& unit, const std::string& quantity, double value,
                       const char* measure, const std::string& source) {
    text += std::string(kind) + "," + unit + "," + quantity + "," + number(value) + "," + measure + "," +
            field(source) + "\n";
  };
  const std::string mapped = "Yosys and abc onto " + r.library;
  const std::string timed =
      "OpenSTA, " + r.library + ", ideal clock, wire " + number(r.wire_ff) + " fF a pin";
  row("area", "processing_element", "area", r.total_um2, "um2", mapped);
  row("area", "processing_element", "gate_equivalents", r.gate_equivalents, "NAND2", mapped);
  for (const AreaRow& a : r.area) {
    const std::string unit = whole_name(a.unit, a.part);
    row("area", unit, "instances", static_cast<double>(a.instances), "1", "design");
    row("area", unit, "cells", a.cells, "1", mapped);
    row("area", unit, "flip_flops", a.flip_flops, "1", mapped);
    row("area", unit, "area", a.area_um2, "um2", mapped);
    row("area", unit, "total_area", a.total_um2, "um2", mapped);
    row("area", unit, "gate_equivalents", a.gate_equivalents, "NAND2", mapped);
  }
  for (const TimingRow& t : r.timing) {
    row("timing", t.unit, "critical_path", t.critical_path_ns, "ns", timed);
    row("timing", t.unit, "slack", t.slack_ns, "ns", timed);
  }
  if (!r.pj_per_mac) return text;
  row("energy", "processing_element", "energy_per_mac", *r.pj_per_mac, "pJ", energy_source(r));
  row("energy", "processing_element", "standard_error", r.pj_per_mac_error, "pJ", energy_source(r));
  for (const EnergyRow& e : r.energy) {
    const std::string unit = whole_name(e.unit, e.part);
    row("energy", unit, "per " + e.event, e.pj, "pJ", energy_source(r));
    row("energy", unit, "standard_error per " + e.event, e.standard_error, "pJ", energy_source(r));
    if (e.events_per_mac > 0)
      row("energy", unit, e.event + " share per MAC", e.pj_per_mac, "pJ", energy_source(r));
  }
  return text;
}

}  // namespace

void check_sanity(const SynthReport& r) {
  require(std::isfinite(r.total_um2) && r.total_um2 > 0, "area in um2", r.total_um2);
  require(std::isfinite(r.critical_path_ns) && r.critical_path_ns > 0, "critical path in ns",
          r.critical_path_ns);
  for (const AreaRow& a : r.area) {
    require(std::isfinite(a.area_um2) && a.area_um2 >= 0, "area of " + a.unit + " in um2", a.area_um2);
  }
  for (const EnergyRow& e : r.energy) {
    const std::string what = "energy of " + whole_name(e.unit, e.part) + " per " + e.event + " in pJ";
    require(std::isfinite(e.pj) && std::isfinite(e.standard_error), what, e.pj);
    // A part may be slightly negative: libraries subtract what the net's charging already counts.
    if (!e.part.empty()) continue;
    require(e.pj > 0 && e.pj < kMostPjPerMac * 100, what, e.pj);
  }
  if (r.pj_per_mac) {
    require(std::isfinite(*r.pj_per_mac) && *r.pj_per_mac > 0 && *r.pj_per_mac < kMostPjPerMac,
            "energy per MAC in pJ", *r.pj_per_mac);
  }
}

std::string report_text(const SynthReport& r) {
  std::ostringstream out;
  out << std::fixed;
  out << "Design       " << r.design << " (" << r.design_digest.substr(0, 12) << ")\n";
  out << "Library      " << r.library << ", " << r.node << ", " << std::setprecision(2) << r.voltage << " V, "
      << std::setprecision(0) << r.temperature << " C, corner " << r.corner << "\n";
  out << "Clock        " << std::setprecision(3) << r.period_ns << " ns, ideal\n";
  out << "Wires        " << std::setprecision(2) << r.wire_ff << " fF a driven pin: " << r.wire_source
      << "\n";
  out << "Simulation   " << (r.simulation.empty() ? "none" : r.simulation) << "\n\n";

  out << "Area " << std::setprecision(0) << r.total_um2 << " um2, " << r.gate_equivalents
      << " gate equivalents (area / " << r.nand2 << ")\n";
  out << "  unit                                              instances    cells  flops      um2 each     "
         "um2 all"
         "        GE\n";
  for (const AreaRow& a : r.area) {
    out << (a.part.empty() ? "  " : "    ") << std::left << std::setw(a.part.empty() ? 50 : 48)
        << (a.part.empty() ? a.unit : a.part) << std::right << std::setw(9) << a.instances << std::setw(9)
        << a.cells << std::setw(7) << a.flip_flops << std::setw(14) << a.area_um2 << std::setw(12)
        << a.total_um2 << std::setw(10) << a.gate_equivalents << "\n";
  }
  out << "\nCritical path " << std::setprecision(3) << r.critical_path_ns << " ns, slack " << r.slack_ns
      << " ns\n";
  for (const TimingRow& t : r.timing) {
    out << "  " << std::left << std::setw(50) << t.unit << std::right << std::setw(9) << t.critical_path_ns
        << " ns  slack " << std::setw(9) << t.slack_ns << " ns\n";
  }
  if (r.pj_per_mac) {
    out << "\nEnergy " << std::setprecision(3) << *r.pj_per_mac << " pJ/MAC, standard error "
        << r.pj_per_mac_error << " pJ; utilisation of the slots in the trace " << r.utilisation << "\n";
    out << "  unit                                event                pJ   std.error      pJ/MAC  windows  "
           "cycles\n";
    for (const EnergyRow& e : r.energy) {
      out << (e.part.empty() ? "  " : "    ") << std::left << std::setw(e.part.empty() ? 36 : 34)
          << (e.part.empty() ? e.unit : e.part) << std::setw(14) << e.event << std::right << std::setw(10)
          << e.pj << std::setw(12) << e.standard_error << std::setw(12) << e.pj_per_mac << std::setw(9)
          << e.samples << std::setw(8) << e.cycles << "\n";
    }
  } else {
    out << "\nEnergy absent: " << r.energy_absent << "\n";
  }
  out << "\nNot included\n";
  for (const std::string& text : r.not_included) out << "  - " << text << "\n";
  return out.str();
}

void write_report(const SynthReport& report, const std::filesystem::path& folder) {
  write_file(folder / "synth.json", json_of(report).dump(2) + "\n");
  write_file(folder / "synth.csv", csv_of(report));
  write_file(folder / "synth.txt", report_text(report));
}

}  // namespace napier::cost
