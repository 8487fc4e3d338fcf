#include "cost/synthesis/timing.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

#include "cost/synthesis/stamp.hpp"
#include "cost/synthesis/synthesis.hpp"
#include "cost/synthesis/whole_file.hpp"
#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/base/process.hpp"

namespace napier::cost {
namespace {

namespace fs = std::filesystem;

constexpr const char* kClockPort = "clk_i";

/// A number with enough digits to come back the same.
std::string number(double value) {
  char buffer[32];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  return {buffer, result.ptr};
}

/// A library of nothing but one wire-load model: the same capacitance for each pin driven, no resistance.
std::string wire_library(const liberty::Library& library, const Technology& t) {
  const double wire = t.wire_ff * 1e-15 / library.units.farads;
  const std::string farads = number(library.units.farads / 1e-15);
  const std::string picoseconds = number(library.units.seconds / 1e-12);
  return "library(napier_wires) {\n  delay_model : table_lookup;\n  time_unit : \"" + picoseconds +
         "ps\";\n  voltage_unit : \"1V\";\n  current_unit : \"1uA\";\n  pulling_resistance_unit : "
         "\"1kohm\";\n"
         "  leakage_power_unit : \"1nW\";\n  capacitive_load_unit (" +
         farads +
         ", ff);\n"
         "  input_threshold_pct_rise : 50;\n  input_threshold_pct_fall : 50;\n"
         "  output_threshold_pct_rise : 50;\n  output_threshold_pct_fall : 50;\n"
         "  slew_lower_threshold_pct_rise : 20;\n  slew_lower_threshold_pct_fall : 20;\n"
         "  slew_upper_threshold_pct_rise : 80;\n  slew_upper_threshold_pct_fall : 80;\n"
         "  wire_load(\"napier_wires\") {\n    resistance : 0;\n    capacitance : " +
         number(wire) + ";\n    area : 0;\n    slope : 1;\n    fanout_length(1, 1);\n  }\n}\n";
}

/// Pins that drive a net, with the net's number.
struct Driver {
  std::string pin;  ///< as OpenSTA names it
  int net;
};

std::vector<Driver> drivers(const Netlist& netlist) {
  std::vector<Driver> result;
  for (const Instance& i : netlist.instances) {
    for (std::size_t p = 0; p < i.nets.size(); ++p) {
      if (i.cell->pins[p].output && i.nets[p] > kNetOne) {
        result.push_back({i.name + "/" + i.cell->pins[p].name, i.nets[p]});
      }
    }
  }
  return result;
}

std::string sta_script(const Netlist& netlist, const liberty::Library& library, const Technology& t,
                       double period_ns, const fs::path& liberty_file) {
  // OpenSTA takes time in the unit of the library.
  const double period = period_ns * 1e-9 / library.units.seconds;
  const double slew = t.input_slew_ns * 1e-9 / library.units.seconds;
  const bool clocked = std::any_of(netlist.ports.begin(), netlist.ports.end(),
                                   [](const Port& p) { return p.name == kClockPort; });
  std::string text = "set sta_report_default_digits 6\nread_liberty " + liberty_file.string() +
                     "\nread_liberty wires.lib\nread_verilog netlist.v\nlink_design " + netlist.top + "\n";
  text += "create_clock -name clock -period " + number(period) +
          (clocked ? std::string(" [get_ports ") + kClockPort + "]\n" : "\n");
  if (clocked) text += "set_clock_transition " + number(slew) + " [get_clocks clock]\n";
  text += "set_input_transition " + number(slew) + " [all_inputs]\n";
  for (const Port& p : netlist.ports) {
    if (p.name == kClockPort) continue;
    const std::string bits =
        p.nets.size() > 1 ? "[get_ports {" + p.name + "[*]}]" : "[get_ports " + p.name + "]";
    text += (p.output ? "set_output_delay 0 -clock clock " : "set_input_delay 0 -clock clock ") + bits + "\n";
  }
  text += "set_wire_load_mode top\nset_wire_load_model -name napier_wires\n";
  text += "report_checks -path_delay max -digits 6\nwrite_sdf -digits 4 netlist.sdf\n";
  text += "puts \"slews\"\n";
  for (const Driver& d : drivers(netlist)) text += "report_slews [get_pins " + d.pin + "]\n";
  return text + "puts \"done\"\n";
}

[[noreturn]] void unexpected(const fs::path& log, const std::string& what) {
  throw ToolError("OpenSTA did not give " + what + "; its log is " + log.string());
}

/// "rise:rise v fall:fall" after the pin's name: the larger of each pair counts.
double larger(const std::string& range, const fs::path& log) {
  double low = 0;
  double high = 0;
  const std::size_t colon = range.find(':');
  if (colon == std::string::npos) unexpected(log, "a slew");
  const char* end = range.data() + range.size();
  const bool good = std::from_chars(range.data(), range.data() + colon, low).ec == std::errc() &&
                    std::from_chars(range.data() + colon + 1, end, high).ec == std::errc();
  if (!good || !std::isfinite(high)) unexpected(log, "a slew");
  return std::max(low, high);
}

void read_path(std::istringstream& in, const fs::path& log, double period_ns, double unit_ns,
               Timing& timing) {
  bool found = false;
  for (std::string line; std::getline(in, line) && line != "slews";) {
    std::istringstream words(line);
    std::string first, second;
    words >> first >> second;
    if (first == "Startpoint:") timing.from = second;
    if (first == "Endpoint:") timing.to = second;
    if (second == "slack") {
      timing.slack_ns = std::stod(first) * unit_ns;
      timing.critical_path_ns = period_ns - timing.slack_ns;
      found = true;
    }
  }
  if (!found) unexpected(log, "a longest path");
}

Timing read_log(const fs::path& log, const Netlist& netlist, const Technology& t, double period_ns,
                const liberty::Library& library) {
  const std::string text = read_file(log);
  const std::size_t error = text.find("Error:");
  if (error != std::string::npos) {
    throw ToolError("OpenSTA failed: " + text.substr(error, text.find('\n', error) - error) +
                    "; its log is " + log.string());
  }
  if (!text.ends_with("done\n")) unexpected(log, "all results");
  Timing timing;
  const double unit_ns = library.units.seconds / 1e-9;
  const double input = t.input_slew_ns / unit_ns;
  timing.slews.assign(static_cast<std::size_t>(netlist.nets), Slew{input, input});
  std::istringstream in(text);
  read_path(in, log, period_ns, unit_ns, timing);
  for (const Driver& d : drivers(netlist)) {
    std::string pin, mark, rise, fall;
    in >> pin >> mark >> rise >> mark >> fall;
    if (pin != d.pin) unexpected(log, "the slews of pin " + d.pin);
    timing.slews[static_cast<std::size_t>(d.net)] = {larger(rise, log), larger(fall, log)};
  }
  return timing;
}

}  // namespace

Timing analyse_timing(const Netlist& netlist, const liberty::Library& library, const Technology& technology,
                      double period_ns, const fs::path& folder) {
  const fs::path log = folder / "sta.log";
  const std::string script =
      sta_script(netlist, library, technology, period_ns, plain_liberty(technology, folder.parent_path()));
  const std::string wires = wire_library(library, technology);
  const Stamp stamp(folder, "timing", script + wires + digest(technology) + read_file(folder / "netlist.v"));
  if (!stamp.holds()) {
    write_file(folder / "sta.tcl", script);
    write_file(folder / "wires.lib", wires);
    fs::remove(log);
    run_tool({"sta", "-exit", "-no_splash", "sta.tcl"}, folder, log);
    require_whole(folder / "netlist.sdf", "\n)\n");
    read_log(log, netlist, technology, period_ns, library);
    stamp.set();
  }
  return read_log(log, netlist, technology, period_ns, library);
}

}  // namespace napier::cost
