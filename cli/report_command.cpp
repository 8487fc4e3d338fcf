// napier report: makes the tables and the report of a sweep again from its output folder.
#include <filesystem>
#include <iostream>

#include "cli/commands.hpp"
#include "explore/collect.hpp"
#include "explore/study/run_study.hpp"

namespace napier::cli {

void add_report(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("report", "Make the report of a sweep or a study again from its output folder");
  const auto folder = std::make_shared<std::filesystem::path>();
  command->add_option("DIR", *folder, "Output folder of napier sweep or napier study")->required();
  command->footer("Example: napier report runs/quickstart");
  command->callback([folder] {
    if (explore::is_study_folder(*folder)) {
      const explore::StudyResults study = explore::collect_study(*folder);
      explore::write_study_results(study, *folder);
      std::cout << "Results: " << (*folder / "study.html").string() << '\n';
      explore::require_all_finished(study, *folder);
      return;
    }
    const explore::Results results = explore::collect_results(*folder);
    explore::write_results(results, *folder);
    std::cout << "Report: " << (*folder / "report.html").string() << '\n';
    explore::require_all_held(results, *folder);
  });
}

}  // namespace napier::cli
