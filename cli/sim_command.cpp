// napier sim: a trace replayed on the SystemC model of a design.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <iostream>

#include "cli/commands.hpp"
#include "explore/simulation_roofline.hpp"
#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/design/design_file.hpp"
#include "models/trace/trace_check.hpp"
#include "sim/accelerator_statistics.hpp"
#include "sim/run_directory.hpp"
#include "sim/timing/trace_timing.hpp"

namespace napier::cli {
namespace {

struct Options {
  std::string design, trace, vcd, gtkwave;
  std::filesystem::path output;
  std::int64_t from = 0, to = -1;
  unsigned stalls = 0;
  std::uint64_t seed = 1;
  std::size_t tiles = 0;
  bool log = false, timing = false, record_events = false, roofline = false;
};

/// One line with rate and time left: rewritten on a terminal, a plain line every ten seconds elsewhere.
class Progress {
 public:
  void operator()(std::int64_t cycles, double part) {
    const auto now = Clock::now();
    if (now - last_ < (terminal_ ? std::chrono::milliseconds(200) : std::chrono::milliseconds(10000))) return;
    last_ = now;
    const double seconds = std::chrono::duration<double>(now - start_).count();
    const double left = part > 0 ? seconds * (1 - part) / part : 0;
    std::fprintf(stderr, "%ssim: %.1f %%, cycle %lld, %.0f cycles/s, %.0f s left%s", terminal_ ? "\r" : "",
                 100 * part, static_cast<long long>(cycles), static_cast<double>(cycles) / seconds, left,
                 terminal_ ? "   " : "\n");
    shown_ = true;
  }
  void end() const {
    if (terminal_ && shown_) std::fputc('\n', stderr);
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now(), last_ = start_;
  bool terminal_ = isatty(STDERR_FILENO) != 0;
  bool shown_ = false;
};

/// Last of the outputs: without gnuplot only it is missing.
template <class Result>
void roofline(const Options& options, const Design& design, const Trace& trace, const Result& result) {
  const std::filesystem::path file = options.output / "roofline.svg";
  if (options.roofline) {
    explore::write_simulation_roofline(design, trace, result, file);
  } else {
    sim::write_optional(file, "");
  }
}

void print(std::int64_t cycles, double utilisation, std::int64_t words, const std::filesystem::path& folder) {
  std::printf("%lld cycles, %.1f %% of the products used, %lld words equal to the trace.\nResults in %s\n",
              static_cast<long long>(cycles), 100 * utilisation, static_cast<long long>(words),
              folder.c_str());
}

void print_timing(const sim::SimResult& result, const std::filesystem::path& folder) {
  std::printf(
      "%lld cycles, %.1f %% of the products used; timing alone, no value was carried or checked.\n"
      "Results in %s\n",
      static_cast<long long>(result.cycles), 100 * result.utilisation, folder.c_str());
}

void run_timing(const Options& options, const Design& design, const Trace& trace) {
  require_bare_element(design, "sim --timing-only");
  sim::SimOptions how;
  how.stall_percent = options.stalls;
  how.stall_seed = options.seed;
  open_output_folder(options.output, "sim");
  const sim::SimResult result = sim::simulate_timing(design, trace, how);
  sim::write_run_directory(options.output, design, trace, how, result,
                           {NAPIER_VERSION, options.design, options.trace});
  roofline(options, design, trace, result);
  print_timing(result, options.output);
}

void run_element(const Options& options, const Design& design, const Trace& trace) {
  sim::SimOptions how;
  how.stall_percent = options.stalls;
  how.stall_seed = options.seed;
  how.tiles = options.tiles;
  how.record_events = options.record_events;
  if (!options.vcd.empty()) how.vcd = options.vcd;
  if (!options.gtkwave.empty()) how.gtkwave = options.gtkwave;
  how.vcd_from = options.from;
  if (options.to >= 0) how.vcd_to = options.to;
  open_output_folder(options.output, "sim");
  if (options.log) how.handshake_log = options.output / "handshake.log";
  Progress progress;
  how.progress = [&progress](std::int64_t cycles, double part) { progress(cycles, part); };
  const sim::SimResult result = sim::simulate(design, trace, how);
  progress.end();
  sim::write_run_directory(options.output, design, trace, how, result,
                           {NAPIER_VERSION, options.design, options.trace});
  roofline(options, design, trace, result);
  print(result.cycles, result.utilisation, result.words_checked, options.output);
}

void run_accelerator(const Options& options, const Design& design, const Trace& trace) {
  if (!options.vcd.empty()) {
    throw InputError("--vcd shows one bare element, and design '" + design.name +
                     "' is an accelerator; use --handshake-log, or remove the groups array and memory");
  }
  sim::AcceleratorOptions how;
  how.stall_percent = options.stalls;
  how.stall_seed = options.seed;
  how.tiles = options.tiles;
  how.record_events = options.record_events;
  open_output_folder(options.output, "sim");
  if (options.log) how.handshake_log = options.output / "handshake.log";
  Progress progress;
  how.progress = [&progress](std::int64_t cycles, double part) { progress(cycles, part); };
  const sim::AcceleratorResult result = sim::simulate_accelerator(design, trace, how);
  progress.end();
  sim::write_run_directory(options.output, design, trace, how, result,
                           {NAPIER_VERSION, options.design, options.trace});
  roofline(options, design, trace, result);
  print(result.cycles, result.utilisation, result.words_checked, options.output);
}

void run(const Options& options) {
  const Design design = read_design(options.design);
  require_hardware(design);
  const Trace trace = read_trace(options.trace);
  check_trace_design(trace, design);
  if (options.timing) return run_timing(options, design, trace);
  (design.array.elements > 0 ? run_accelerator : run_element)(options, design, trace);
}

}  // namespace

void add_sim(CLI::App& app) {
  CLI::App* command = app.add_subcommand("sim", "Replay a trace cycle by cycle on the SystemC model");
  const auto options = std::make_shared<Options>();
  command->add_option("DESIGN", options->design, "Design description (YAML)")->required();
  command->add_option("--trace", options->trace, "Golden trace (HDF5), made with the same design")
      ->required();
  command->add_option("-o,--output", options->output, "Output folder")->required();
  CLI::Option* vcd = command->add_option("--vcd", options->vcd, "Write the signals to this VCD file");
  command->add_option("--from", options->from, "First cycle in the VCD")
      ->needs(vcd)
      ->check(CLI::NonNegativeNumber);
  command->add_option("--to", options->to, "Last cycle in the VCD (the last of the run)")
      ->needs(vcd)
      ->check(CLI::NonNegativeNumber);
  command->add_option("--stalls", options->stalls, "Percent of cycles in which the host holds back a channel")
      ->check(CLI::Range(0, 99));
  command->add_option("--seed", options->seed, "Chooses the cycles of --stalls");
  command->add_option("--gtkw", options->gtkwave, "Write a GTKWave save file that shows the VCD")->needs(vcd);
  CLI::Option* tiles = command->add_option("--tiles", options->tiles,
                                           "Write the times of each element's first tiles to tiles.json");
  CLI::Option* record_events = command->add_flag("--record-events", options->record_events,
                                                 "Write events and toggles by record to record_events.csv");
  command->add_flag("--roofline", options->roofline, "Draw roofline.svg, a point a matrix product");
  CLI::Option* log =
      command->add_flag("--handshake-log", options->log, "Write every handshake to handshake.log");
  command
      ->add_flag("--timing-only", options->timing,
                 "Cycles and causes from the trace's shapes: no value is carried or checked")
      ->excludes(vcd)
      ->excludes(log)
      ->excludes(tiles)
      ->excludes(record_events);
  command->footer(
      "Example: napier sim configs/designs/lns8_paper_tiny.yaml --trace runs/tiny.h5 -o runs/sim "
      "--vcd runs/sim.vcd --from 0 --to 500");
  command->callback([options] { run(*options); });
}

}  // namespace napier::cli
