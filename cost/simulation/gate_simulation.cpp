#include "cost/simulation/gate_simulation.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "cost/power/vcd.hpp"
#include "cost/synthesis/stamp.hpp"
#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/base/process.hpp"

namespace napier::cost {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::int64_t period_ps(double period_ns) { return std::llround(period_ns * 1000); }

int width(const std::vector<DrivenPort>& ports) {
  int bits = 0;
  for (const DrivenPort& p : ports) bits += p.bits;
  return bits;
}

/// Hexadecimal digits of the values, the last one highest.
std::string hex(const std::vector<Bits>& values) {
  Bits all;
  for (const Bits& v : values) all.insert(all.end(), v.begin(), v.end());
  all.resize((all.size() + 3) / 4 * 4, false);
  std::string digits;
  for (std::size_t i = all.size(); i > 0; i -= 4) {
    const int digit =
        (all[i - 1] ? 8 : 0) + (all[i - 2] ? 4 : 0) + (all[i - 3] ? 2 : 0) + (all[i - 4] ? 1 : 0);
    digits += "0123456789abcdef"[digit];
  }
  return digits;
}

std::string stimulus_text(const GateStimulus& stimulus) {
  std::string text;
  for (const auto& cycle : stimulus.drive) text += hex(cycle) + "\n";
  return text;
}

std::string expected_text(const GateStimulus& stimulus) {
  std::string text;
  for (const auto& cycle : stimulus.expect) {
    for (const auto& port : cycle) text += (port ? hex({*port}) : "-") + " ";
    text += "\n";
  }
  return text;
}

std::string window_text(const GateStimulus& stimulus) {
  std::string text;
  for (const Window& w : stimulus.windows)
    text += std::to_string(w.first) + "+" + std::to_string(w.cycles) + " ";
  return text;
}

/// Concatenation {last, ..., first}, so that the first port is lowest.
std::string concatenation(const std::vector<DrivenPort>& ports) {
  std::string text;
  for (const DrivenPort& p : ports) text = p.name + (text.empty() ? "" : ", ") + text;
  return "{" + text + "}";
}

std::string bits_text(const Bits& bits) {
  std::string text;
  for (const bool bit : bits) text.insert(text.begin(), bit ? '1' : '0');
  return text;
}

/// A line of the output file is the concatenation of all outputs in binary.
void check_outputs(const Netlist& netlist, const GateStimulus& stimulus, const fs::path& file) {
  std::ifstream in(file);
  std::string line;
  for (std::int64_t cycle = 0; cycle < stimulus.cycles(); ++cycle) {
    if (!std::getline(in, line) || line.size() != static_cast<std::size_t>(width(stimulus.outputs))) {
      throw ToolError("Icarus stopped early: '" + file.string() + "' has no cycle " + std::to_string(cycle));
    }
    std::size_t end = line.size();
    for (std::size_t p = 0; p < stimulus.outputs.size(); ++p) {
      const auto bits = static_cast<std::size_t>(stimulus.outputs[p].bits);
      const std::string actual = line.substr(end - bits, bits);
      end -= bits;
      const auto& expected = stimulus.expect[static_cast<std::size_t>(cycle)][p];
      if (!expected || bits_text(*expected) == actual) continue;
      throw MismatchError("gate-level simulation of " + netlist.top + ", cycle " + std::to_string(cycle) +
                          ": " + stimulus.outputs[p].name + " is " + actual + ", expected " +
                          bits_text(*expected) + " (" + file.string() +
                          "); if the critical path is longer than the clock period, raise clock.period_ns");
    }
  }
}

json to_json(const MeasuredEnergy& energy) {
  json windows = json::array();
  for (const auto& window : energy.windows) {
    json units = json::array();
    for (const Energy& e : window) units.push_back({e.switching, e.internal, e.clock, e.leakage});
    windows.push_back(units);
  }
  return {{"windows", windows}, {"toggles", energy.toggles}};
}

MeasuredEnergy from_json(const json& j) {
  MeasuredEnergy energy;
  energy.toggles = j.at("toggles").get<std::int64_t>();
  for (const json& window : j.at("windows")) {
    energy.windows.emplace_back();
    for (const json& e : window) {
      energy.windows.back().push_back(
          {e.at(0).get<double>(), e.at(1).get<double>(), e.at(2).get<double>(), e.at(3).get<double>()});
    }
  }
  return energy;
}

}  // namespace

std::string testbench(const Netlist& netlist, const GateStimulus& stimulus, double period_ns,
                      const fs::path& cell_models) {
  const std::int64_t period = period_ps(period_ns);
  const auto number = [](std::int64_t n) { return std::to_string(n); };
  std::string text = "// Drives " + netlist.top +
                     " with one line of stimulus.hex a cycle; outputs are noted before the next clock edge.\n"
                     "`timescale 1ps / 1ps\nmodule bench;\n  reg clk_i = 0;\n";
  for (const DrivenPort& p : stimulus.inputs)
    text += "  reg [" + number(p.bits - 1) + ":0] " + p.name + ";\n";
  for (const DrivenPort& p : stimulus.outputs)
    text += "  wire [" + number(p.bits - 1) + ":0] " + p.name + ";\n";
  text += "  reg [" + number(width(stimulus.inputs) - 1) +
          ":0] stimulus [0:" + number(stimulus.cycles() - 1) + "];\n  integer cycle, outputs;\n  " +
          netlist.top + " dut (\n";
  std::string connections;
  for (const Port& p : netlist.ports) {
    const auto named = [&](const DrivenPort& d) { return d.name == p.name; };
    const bool known = p.name == "clk_i" ||
                       std::any_of(stimulus.inputs.begin(), stimulus.inputs.end(), named) ||
                       std::any_of(stimulus.outputs.begin(), stimulus.outputs.end(), named);
    if (!known && !p.output) throw InternalError("no stimulus for input '" + p.name + "' of " + netlist.top);
    connections += (connections.empty() ? "" : ",\n") + std::string("    .") + p.name + "(" +
                   (known ? p.name : std::string()) + ")";
  }
  text += connections + "\n  );\n";
  text += "  initial forever begin #" + number(period - period / 2) + " clk_i = 1; #" + number(period / 2) +
          " clk_i = 0; end\n";
  text +=
      "  initial begin\n    $sdf_annotate(\"netlist.sdf\", dut);\n    $readmemh(\"stimulus.hex\", "
      "stimulus);\n"
      "    outputs = $fopen(\"outputs.txt\");\n    $dumpfile(\"dump.vcd\");\n    $dumpvars(1, dut);\n"
      "    " +
      concatenation(stimulus.inputs) +
      " = stimulus[0];\n    @(posedge clk_i);\n"
      "    for (cycle = 0; cycle < " +
      number(stimulus.cycles()) + "; cycle = cycle + 1) begin\n      #" + number(kInputDelayPs) + " " +
      concatenation(stimulus.inputs) + " = stimulus[cycle];\n      #" + number(period - kInputDelayPs - 1) +
      " $fdisplay(outputs, \"%b\", " + concatenation(stimulus.outputs) +
      ");\n      #1;\n    end\n    $fclose(outputs);\n    $finish;\n  end\n"
      "endmodule\n\n`include \"netlist.v\"\n`include \"" +
      cell_models.string() + "\"\n";
  return text;
}

namespace {

/// Energy by window from the value change dump.
MeasuredEnergy add_up(const Netlist& netlist, const liberty::Library& library, const Technology& technology,
                      const Timing& timing, const GateStimulus& stimulus, double period_ns,
                      const fs::path& dump) {
  PowerConditions conditions;
  conditions.voltage = library.voltage;
  conditions.wire_farads = technology.wire_ff * 1e-15;
  conditions.slews = timing.slews;
  conditions.time_unit_seconds = 1e-12;
  EnergyMeter meter(netlist, library, std::move(conditions));
  // Cycle c begins with the clock edge at (c + 1/2) periods; windows follow the edges.
  const std::int64_t period = period_ps(period_ns);
  const std::int64_t first_edge = period - period / 2;
  std::vector<std::pair<std::int64_t, bool>> borders;  // time, opens
  for (const Window& w : stimulus.windows) {
    borders.emplace_back(first_edge + w.first * period, true);
    borders.emplace_back(first_edge + (w.first + w.cycles) * period, false);
  }
  std::size_t next = 0;
  const auto cross = [&](std::int64_t time) {
    for (; next < borders.size() && borders[next].first <= time; ++next) {
      borders[next].second ? meter.open_window(borders[next].first) : meter.close(borders[next].first);
    }
  };
  const VcdSummary summary =
      read_vcd(dump, netlist.signals, [&](std::int64_t time, int net, std::uint8_t value) {
        cross(time);
        meter.change(time, net, value);
      });
  cross(std::numeric_limits<std::int64_t>::max());
  if (summary.end < first_edge + (stimulus.cycles() - 1) * period) {
    throw ToolError("'" + dump.string() + "' ends before the simulation did; free disk space and run the " +
                    "same command again");
  }
  if (std::llround(summary.timescale_seconds * 1e15) != 1000) {
    throw ToolError("Icarus wrote '" + dump.string() + "' in another timescale than 1 ps");
  }
  if (meter.unknown_changes() > 0) {
    throw InternalError("gate-level simulation of " + netlist.top + ": " +
                        std::to_string(meter.unknown_changes()) +
                        " changes of unknown values in measured cycles; warm-up is too short");
  }
  return {meter.windows(), meter.toggles()};
}

}  // namespace

MeasuredEnergy measure_energy(const Netlist& netlist, const liberty::Library& library,
                              const Technology& technology, const Timing& timing,
                              const GateStimulus& stimulus, double period_ns, const fs::path& folder) {
  const std::string bench = testbench(netlist, stimulus, period_ns, fs::absolute(technology.cell_models));
  const std::string drive = stimulus_text(stimulus);
  const fs::path result = folder / "energy.json";
  const Stamp stamp(folder, "energy",
                    bench + drive + expected_text(stimulus) + window_text(stimulus) + digest(technology) +
                        read_file(folder / "netlist.v") + read_file(folder / "sta.log"));
  if (stamp.holds()) return from_json(json::parse(read_file(result)));
  write_file(folder / "bench.v", bench);
  write_file(folder / "stimulus.hex", drive);
  const fs::path log = folder / "simulation.log";
  const fs::path dump = folder / "dump.vcd";
  fs::remove(log);
  run_tool({"iverilog", "-g2012", "-gspecify", "-Tmax", "-o", "bench.vvp", "bench.v"}, folder, log);
  run_tool({"vvp", "-n", "bench.vvp"}, folder, log);
  check_outputs(netlist, stimulus, folder / "outputs.txt");
  const MeasuredEnergy energy = add_up(netlist, library, technology, timing, stimulus, period_ns, dump);
  fs::remove(dump);
  write_file(result, to_json(energy).dump(1) + "\n");
  stamp.set();
  return energy;
}

}  // namespace napier::cost
