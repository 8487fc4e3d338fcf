// napier verify: generated Verilog against SystemC and the golden trace, or up the verification ladder.
#include <cstdio>
#include <iomanip>
#include <iostream>

#include "cli/commands.hpp"
#include "explore/ladder/ladder.hpp"
#include "explore/verification.hpp"
#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/design/design_file.hpp"
#include "models/trace/trace.hpp"
#include "models/trace/trace_check.hpp"

namespace napier::cli {
namespace {

struct Options {
  std::string design;
  std::filesystem::path trace, output;
  unsigned stalls = 0;
  std::uint64_t seed = 1;
  bool keep_logs = false;
  std::string level, rungs;
};

void print(const explore::VerifyResult& r) {
  const auto row = [](const char* name, std::int64_t value) {
    std::cout << "  " << std::left << std::setw(34) << name << std::right << std::setw(14) << value << '\n';
  };
  std::cout << "Verilog, SystemC and the golden trace are equal in every cycle and every bit.\n";
  row("cycles, SystemC", r.systemc_cycles);
  row("cycles, Verilog", r.verilog_cycles);
  row("channels", r.channels);
  row("handshakes compared", r.handshakes_compared);
  row("words compared with SystemC", r.words_compared);
  row("words compared with the trace", r.golden_words);
  std::cout << std::fixed << std::setprecision(1) << "  build " << r.build_seconds << " s"
            << (r.model_reused ? " (reused)" : "") << ", SystemC " << r.systemc_seconds << " s, Verilog "
            << r.verilog_seconds << " s\n";
}

/// Up the verification ladder, with the Verilog of one design or of the built-in ones.
void climb(const Options& options) {
  namespace ladder = explore::ladder;
  if (!options.trace.empty()) {
    throw InputError(
        "--level makes its own traces; leave --trace out, or --level to replay this trace alone");
  }
  ladder::Climb climb;
  climb.level = options.level == "full" ? ladder::Level::kFull : ladder::Level::kCi;
  climb.seed = options.seed;
  climb.folder = options.output;
  climb.progress = [](const std::string& line) { std::cerr << "verify: " << line << '\n'; };
  climb.designs = options.design.empty() ? ladder::default_designs(climb.level)
                                         : std::vector<Design>{read_design(options.design)};
  open_output_folder(options.output, "verify --level");
  const std::vector<ladder::Step> steps = ladder::climb_ladder(climb, options.rungs);
  std::cout << ladder::table(steps);
  std::string failed;
  for (const ladder::Step& step : steps) {
    if (!step.result.held()) failed += (failed.empty() ? "" : ", ") + std::string(1, step.letter);
  }
  if (!failed.empty())
    throw MismatchError("the ladder does not hold at: " + failed + "; what reproduces it stands above");
}

void run(const Options& options) {
  if (!options.level.empty()) return climb(options);
  if (!options.rungs.empty())
    throw InputError("--rungs goes with --level alone; add --level ci or --level full");
  if (options.design.empty() || options.trace.empty()) {
    throw InputError(
        "verify needs DESIGN and --trace FILE, or --level ci or full for the verification ladder");
  }
  const Design design = read_design(options.design);
  const Trace trace = read_trace(options.trace);
  check_trace_design(trace, design);
  open_output_folder(options.output, "verify");
  const std::filesystem::path summary = options.output / "verify.json";
  std::filesystem::remove(summary);  // of an earlier run: a run that does not end leaves none
  explore::VerifyOptions settings;
  settings.stall_percent = options.stalls;
  settings.stall_seed = options.seed;
  settings.keep_logs = options.keep_logs;
  settings.progress = [](const std::string& step) { std::cerr << "verify: " << step << '\n'; };
  const explore::VerifyResult result = explore::verify(design, trace, options.output, settings);
  write_file(summary, to_json(result));
  if (!result.equal()) throw MismatchError("Verilog and SystemC or the trace differ.\n" + result.difference);
  print(result);
}

}  // namespace

void add_verify(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "verify", "Prove the generated Verilog against the SystemC model and a golden trace, cycle by cycle");
  const auto options = std::make_shared<Options>();
  command->add_option("DESIGN", options->design,
                      "Design description (YAML); with --level none stands for built-in ones");
  command->add_option("--trace", options->trace, "Golden trace (HDF5) of the same design");
  command->add_option("-o,--output", options->output, "Output folder")->required();
  command
      ->add_option("--stalls", options->stalls,
                   "Cycles in which the host holds back each channel, in percent")
      ->check(CLI::Range(0U, 99U))
      ->capture_default_str();
  command->add_option("--seed", options->seed, "Seed of the stalls")->capture_default_str();
  command
      ->add_option(
          "--level", options->level,
          "Climb the verification ladder instead: exhaustive, formal, replay, random designs, gate level, "
          "coverage, mutation; ci in about a minute, full in about an hour")
      ->check(CLI::IsMember({"ci", "full"}));
  command->add_option("--rungs", options->rungs,
                      "With --level: letters of the rungs to climb, for instance bd");
  command->add_flag("--keep-logs", options->keep_logs, "Keep both handshake logs also where they are equal");
  command->footer(
      "Example: napier verify configs/designs/lns8_paper_tiny.yaml --trace runs/tiny/trace.h5 -o "
      "runs/verify\n"
      "         napier verify --level ci -o runs/ladder");
  command->callback([options] { run(*options); });
}

}  // namespace napier::cli
