// napier sweep: several designs through the whole workbench.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <thread>

#include "cli/commands.hpp"
#include "explore/run_sweep.hpp"

namespace napier::cli {

void add_sweep(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "sweep", "Train, simulate, verify and cost several designs; write tables and a report");
  const auto run = std::make_shared<explore::SweepRun>();
  run->version = NAPIER_VERSION;
  run->jobs = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  command->add_option("SWEEP", run->file, "Sweep file (YAML)")->required();
  command->add_option("-o,--output", run->folder, "Output folder; one of an earlier run is continued")
      ->required();
  command->add_option("-j,--jobs", run->jobs, "Designs at a time")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command->footer("Example: napier sweep configs/sweeps/quickstart.yaml -o runs/quickstart");
  command->callback([run] {
    run->program = std::filesystem::read_symlink("/proc/self/exe");
    explore::run_sweep(*run);
    std::cout << "Report: " << (run->folder / "report.html").string() << '\n';
  });
}

}  // namespace napier::cli
