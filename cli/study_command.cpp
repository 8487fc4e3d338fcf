// napier study: an experiment trained over settings and seeds.
#include <filesystem>
#include <iostream>

#include "cli/commands.hpp"
#include "explore/study/run_study.hpp"

namespace napier::cli {

void add_study(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "study", "Train with every combination of some settings and seeds; write tables and a chart");
  const auto request = std::make_shared<explore::StudyRequest>();
  request->version = NAPIER_VERSION;
  command->add_option("STUDY", request->file, "Study file (YAML)")->required();
  command->add_option("-o,--output", request->folder, "Output folder; one of an earlier run is continued")
      ->required();
  command->add_option("-j,--jobs", request->jobs, "Trainings at a time")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command->add_option("--threads", request->threads, "Threads of each training; results do not depend on it")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command->footer("Example: napier study configs/studies/smoke.yaml -o runs/smoke");
  command->callback([request] {
    request->program = std::filesystem::read_symlink("/proc/self/exe");
    explore::run_study(*request);
    std::cout << "Results: " << (request->folder / "study.html").string() << '\n';
  });
}

}  // namespace napier::cli
