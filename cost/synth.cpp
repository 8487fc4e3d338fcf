#include "cost/synth.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <fstream>
#include <mutex>
#include <optional>
#include <regex>
#include <thread>

#include "cost/simulation/gate_simulation.hpp"
#include "cost/synthesis/synthesis.hpp"
#include "cost/synthesis/timing.hpp"
#include "cost/units/accumulation_collector.hpp"
#include "cost/units/madam_update.hpp"
#include "cost/units/post_processor.hpp"
#include "cost/units/unit_plan.hpp"
#include "cost/units/vector_lane.hpp"
#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/base/interrupt.hpp"
#include "models/design/design_file.hpp"
#include "models/trace/trace_check.hpp"

namespace napier::cost {
namespace {

namespace fs = std::filesystem;

/// What one plan gave.
struct UnitResult {
  std::vector<AreaRow> area;
  std::optional<TimingRow> timing;
  std::vector<EnergyRow> energy;
};

/// Work in the trace, all of it: what the energies of rarer events are spread over.
struct Counts {
  double slots = 0;   ///< multiply-accumulates, padding of K included
  double useful = 0;  ///< without padding
  double outputs = 0;
  double weights = 0;
};

Counts count(const Trace& trace, const Design& design) {
  Counts c;
  for (const GemmRecord& r : trace.gemms) {
    const double vectors = std::ceil(static_cast<double>(r.k) / design.datapath.vector);
    c.outputs += static_cast<double>(r.m) * r.n;
    c.useful += static_cast<double>(r.m) * r.n * r.k;
    c.slots += static_cast<double>(r.m) * r.n * vectors * design.datapath.vector;
  }
  for (const UpdateRecord& r : trace.updates) c.weights += static_cast<double>(r.before.size());
  return c;
}

/// Vectors streamed through a lane: as many as about a fixed number of gate evaluations allows, so that large
/// and small lanes take about the same time. A rule of the netlist's size alone: the sample is the same on
/// every machine.
std::int64_t cycle_budget(const Netlist& netlist) {
  constexpr double kCellCycles = 4e6;
  const double cycles = kCellCycles / static_cast<double>(std::max<std::size_t>(1, netlist.instances.size()));
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(cycles), 128, 2048);
}

constexpr std::int64_t kRuns = 12;  // of 32 outputs or weights each

/// A kind of event that a unit's windows are about.
struct EventKind {
  int kind;
  std::string event;
  double events_per_mac;
};

struct EnergyPlan {
  GateStimulus stimulus;
  std::vector<EventKind> kinds;
};

std::optional<EnergyPlan> energy_plan(const UnitPlan& plan, const Design& d, const Trace& trace,
                                      const Netlist& netlist) {
  const Counts c = count(trace, d);
  const std::int64_t cycles = cycle_budget(netlist);
  if (plan.unit == "vector_lane") {
    return EnergyPlan{vector_lane_stimulus(d, trace, cycles),
                      {{static_cast<int>(LaneWindow::kStream), "MAC", 1},
                       {static_cast<int>(LaneWindow::kIdle), "idle cycle", 0}}};
  }
  if (plan.unit == "accumulation_collector_lane") {
    return EnergyPlan{accumulation_collector_stimulus(d, trace, cycles),
                      {{static_cast<int>(CollectorWindow::kAccumulate), "MAC", 1},
                       {static_cast<int>(CollectorWindow::kDrain), "drained output", c.outputs / c.slots}}};
  }
  if (plan.unit == "post_processor_lane") {
    return EnergyPlan{post_processor_stimulus(d, trace, kRuns), {{0, "output", c.outputs / c.slots}}};
  }
  if (plan.unit == "madam_update_lane" && c.weights > 0) {
    return EnergyPlan{madam_update_stimulus(d, trace, kRuns), {{0, "weight", c.weights / c.slots}}};
  }
  return std::nullopt;
}

/// Energy per event as the ratio of two sums over the windows, and the standard error of that ratio.
struct Ratio {
  double value = 0;
  double error = 0;
};

Ratio ratio(const std::vector<double>& energies, const std::vector<double>& weights) {
  double energy = 0;
  double weight = 0;
  for (std::size_t i = 0; i < energies.size(); ++i) {
    energy += energies[i];
    weight += weights[i];
  }
  Ratio r{energy / weight, 0};
  if (energies.size() < 2) return r;
  double squares = 0;
  for (std::size_t i = 0; i < energies.size(); ++i)
    squares += std::pow(energies[i] - r.value * weights[i], 2);
  const auto n = static_cast<double>(energies.size());
  r.error = std::sqrt(n / (n - 1) * squares) / weight;
  return r;
}

/// Rows of one kind of event: the whole, its parts by unit, its parts by what draws the energy.
std::vector<EnergyRow> energy_rows(const UnitPlan& plan, const Netlist& netlist, const GateStimulus& stimulus,
                                   const EventKind& kind, const MeasuredEnergy& measured) {
  constexpr double kPico = 1e12;
  std::vector<std::size_t> chosen;
  std::vector<double> weights;
  std::int64_t cycles = 0;
  for (std::size_t w = 0; w < stimulus.windows.size(); ++w) {
    if (stimulus.windows[w].kind != kind.kind) continue;
    chosen.push_back(w);
    weights.push_back(stimulus.windows[w].weight);
    cycles += stimulus.windows[w].cycles;
  }
  const auto row = [&](const std::string& part, const auto& joules_of) {
    std::vector<double> energies;
    for (const std::size_t w : chosen) energies.push_back(joules_of(measured.windows[w]) * kPico);
    const Ratio r = ratio(energies, weights);
    return EnergyRow{plan.unit,
                     part,
                     kind.event,
                     r.value,
                     r.error,
                     kind.events_per_mac,
                     r.value * kind.events_per_mac,
                     static_cast<std::int64_t>(chosen.size()),
                     cycles};
  };
  using Window = std::vector<Energy>;
  const auto over_units = [&](double Energy::*part) {
    return [part](const Window& window) {
      double joules = 0;
      for (const Energy& e : window) joules += e.*part;
      return joules;
    };
  };
  std::vector<EnergyRow> rows;
  rows.push_back(row("", [](const Window& window) {
    double joules = 0;
    for (const Energy& e : window) joules += e.total();
    return joules;
  }));
  if (netlist.units.size() > 1) {
    for (std::size_t u = 0; u < netlist.units.size(); ++u) {
      rows.push_back(row(unit_of_module(netlist.units[u]), [u](const Window& w) { return w[u].total(); }));
    }
  }
  rows.push_back(row("switching energy", over_units(&Energy::switching)));
  rows.push_back(row("internal energy", over_units(&Energy::internal)));
  rows.push_back(row("clock energy", over_units(&Energy::clock)));
  rows.push_back(row("leakage energy", over_units(&Energy::leakage)));
  return rows;
}

std::vector<AreaRow> area_rows(const UnitPlan& plan, const Netlist& netlist, double nand2_um2) {
  AreaRow whole{plan.unit, "", plan.instances, 0, 0, 0, 0, 0};
  std::vector<AreaRow> rows;
  for (const UnitArea& a : areas(netlist)) {
    const double total = a.area_um2 * static_cast<double>(plan.instances);
    rows.push_back({plan.unit, unit_of_module(a.unit), plan.instances, a.cells, a.flip_flops, a.area_um2,
                    total, total / nand2_um2});
    whole.cells += a.cells;
    whole.flip_flops += a.flip_flops;
    whole.area_um2 += a.area_um2;
    whole.total_um2 += total;
  }
  whole.gate_equivalents = whole.total_um2 / nand2_um2;
  std::sort(rows.begin(), rows.end(), [](const AreaRow& a, const AreaRow& b) { return a.part < b.part; });
  if (rows.size() == 1) rows.clear();
  rows.insert(rows.begin(), whole);
  return rows;
}

/// Everything that the plans share and only read.
struct Context {
  const Design& design;
  const Technology& technology;
  const Trace* trace;
  const liberty::Library& library;
  const std::vector<fs::path>& verilog;
  std::vector<std::string> modules;
  fs::path cache;
  std::function<void(const std::string&)> progress;
};

UnitResult run_plan(const Context& x, const UnitPlan& plan) {
  const fs::path folder = x.cache / plan.unit;
  const double period = x.design.clock.period_ns;
  SynthesisJob job{plan.module, x.verilog, x.modules, plan.black_boxes, period};
  synthesise(job, x.technology, folder);
  const Netlist netlist = read_netlist(folder / "netlist.json", plan.module, x.library, plan.black_boxes);
  UnitResult result;
  result.area = area_rows(plan, netlist, x.library.cell(x.technology.nand2).area);
  x.progress(plan.unit + ": " + std::to_string(netlist.instances.size()) + " cells");
  if (netlist.instances.empty()) return result;
  const Timing timing = analyse_timing(netlist, x.library, x.technology, period, folder);
  result.timing = TimingRow{plan.unit, timing.critical_path_ns, timing.slack_ns, timing.from, timing.to};
  if (x.trace == nullptr || x.technology.cell_models.empty()) return result;
  const std::optional<EnergyPlan> energy = energy_plan(plan, x.design, *x.trace, netlist);
  if (!energy) return result;
  const MeasuredEnergy measured =
      measure_energy(netlist, x.library, x.technology, timing, energy->stimulus, period, folder);
  for (const EventKind& kind : energy->kinds) {
    const auto rows = energy_rows(plan, netlist, energy->stimulus, kind, measured);
    result.energy.insert(result.energy.end(), rows.begin(), rows.end());
  }
  x.progress(plan.unit + ": " + std::to_string(energy->stimulus.cycles()) + " cycles simulated, " +
             std::to_string(measured.toggles) + " toggles");
  return result;
}

/// Plans are independent: two at a time where there are two processors. The largest, the lane, comes first.
std::vector<UnitResult> run_plans(const Context& context, const std::vector<UnitPlan>& plans) {
  std::vector<UnitResult> results(plans.size());
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr error;
  const auto work = [&] {
    for (std::size_t i = next++; i < plans.size(); i = next++) {
      try {
        check_interrupt();
        results[i] = run_plan(context, plans[i]);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!error) error = std::current_exception();
        next = plans.size();
      }
    }
  };
  {
    std::vector<std::jthread> workers;
    for (unsigned i = 0; i < std::clamp(std::thread::hardware_concurrency(), 1U, 2U); ++i)
      workers.emplace_back(work);
  }
  if (error) std::rethrow_exception(error);
  return results;
}

std::vector<std::string> module_names(const std::vector<fs::path>& verilog) {
  static const std::regex declaration("(?:^|\n)\\s*module\\s+(\\w+)");
  std::vector<std::string> names;
  for (const fs::path& file : verilog) {
    const std::string text = read_file(file);
    for (std::sregex_iterator i(text.begin(), text.end(), declaration), end; i != end; ++i) {
      names.push_back((*i)[1]);
    }
  }
  return names;
}

void check_trace(const Design& design, const Trace& trace) {
  check_trace_design(trace, design);
  if (trace.gemms.empty()) throw InputError("the trace has no matrix product to take operands from");
}

std::string why_no_energy(const Technology& technology, const Trace* trace, const liberty::Library& library) {
  if (trace == nullptr) return "no trace was given: energy depends on the operands; give one with --trace";
  if (technology.cell_models.empty()) {
    return "the technology names no Verilog cell models (cell_models): nothing to simulate gates with";
  }
  if (library.voltage <= 0) throw InputError(library.file + ": the library states no nom_voltage");
  return "";
}

void sum_up(SynthReport& report) {
  report.slack_ns = std::numeric_limits<double>::infinity();
  for (const AreaRow& row : report.area) {
    if (!row.part.empty()) continue;
    report.total_um2 += row.total_um2;
    report.gate_equivalents += row.gate_equivalents;
  }
  for (const TimingRow& row : report.timing) {
    if (row.slack_ns >= report.slack_ns) continue;
    report.slack_ns = row.slack_ns;
    report.critical_path_ns = row.critical_path_ns;
  }
  if (report.energy.empty()) return;
  double sum = 0;
  double variance = 0;
  for (const EnergyRow& row : report.energy) {
    if (!row.part.empty()) continue;
    sum += row.pj_per_mac;
    variance += std::pow(row.standard_error * row.events_per_mac, 2);
  }
  report.pj_per_mac = sum;
  report.pj_per_mac_error = std::sqrt(variance);
}

std::vector<std::string> not_included(const Design& design) {
  std::vector<std::string> texts = {
      "operand_buffer: buffers A and B are memories (" +
          std::to_string(design.buffers.a_rows * design.datapath.lanes * design.datapath.vector *
                         design.format.bits / 8) +
          " and " + std::to_string(design.buffers.b_words * design.datapath.vector * design.format.bits / 8) +
          " bytes) and are not mapped to cells: neither area nor energy",
      "layout: placement, routing, clock tree, fill; wire capacitance is the assumption above, wire "
      "resistance 0",
      "energy of what the lanes of a unit share (registers, queues and control of vector_lanes, "
      "accumulation_collector, post_processor, madam_update) and of the sequencer: area and timing only",
      "memories and links outside the processing element: global buffer, DRAM, network",
      "host operations in FP32 (softmax, loss, bias update, quantisation of the input)"};
  return texts;
}

}  // namespace

SynthReport run_synth(const Design& design, const Technology& technology, const Trace* trace,
                      const std::vector<fs::path>& verilog, const fs::path& folder,
                      const SynthOptions& options) {
  require_hardware(design);
  if (trace != nullptr) check_trace(design, *trace);
  const liberty::Library library = liberty::read_library(technology.liberty);
  SynthReport report;
  report.design = design.name;
  report.design_digest = design_digest(design);
  report.technology = technology.name;
  report.node = technology.node;
  report.library = library.name;
  report.corner = library.corner;
  report.voltage = library.voltage;
  report.temperature = library.temperature;
  report.period_ns = design.clock.period_ns;
  report.wire_ff = technology.wire_ff;
  report.wire_source = technology.wire_source;
  report.nand2 = technology.nand2;
  report.energy_absent = why_no_energy(technology, trace, library);
  if (report.energy_absent.empty()) {
    report.simulation =
        "gate level, Icarus Verilog, SDF delays from OpenSTA (largest of each pair), glitches included; "
        "operands "
        "sampled from the trace";
  }
  report.not_included = not_included(design);

  std::mutex mutex;
  const auto progress = [&](const std::string& line) {
    const std::lock_guard lock(mutex);
    if (options.progress) options.progress(line);
  };
  std::vector<fs::path> sources;
  for (const fs::path& file : verilog) sources.push_back(fs::absolute(file));
  const Context context{design,
                        technology,
                        report.energy_absent.empty() ? trace : nullptr,
                        library,
                        sources,
                        module_names(sources),
                        fs::absolute(folder / "cache"),
                        progress};
  for (const UnitResult& result : run_plans(context, unit_plans(design))) {
    report.area.insert(report.area.end(), result.area.begin(), result.area.end());
    if (result.timing) report.timing.push_back(*result.timing);
    report.energy.insert(report.energy.end(), result.energy.begin(), result.energy.end());
  }
  if (report.energy_absent.empty()) {
    const Counts c = count(*trace, design);
    report.utilisation = c.useful / c.slots;
    if (c.weights == 0)
      report.not_included.emplace_back("weight update: the trace holds none in the datapath");
  }
  sum_up(report);
  check_sanity(report);
  write_report(report, folder);
  return report;
}

}  // namespace napier::cost
