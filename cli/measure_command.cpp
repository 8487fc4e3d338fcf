// napier measure: properties of the arithmetic itself, against FP64 or a theory's bounds.
#include <iostream>

#include "cli/commands.hpp"
#include "explore/measure/measurement.hpp"
#include "explore/measure/second_moment.hpp"
#include "explore/measure/update_error.hpp"

namespace napier::cli {
namespace {

struct Options {
  std::string folder, trace;
  explore::SecondMomentRequest moment;
  int repetitions = 16;
  std::uint32_t seed = 1;
};

void finish(const explore::Measurement& m, const std::string& folder) {
  explore::write_measurement(m, folder);
  std::cout << m.table << "\nIn " << folder << ": " << m.name << ".csv, .md, .svg, .html\n";
}

}  // namespace

void add_measure(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("measure", "Measure the arithmetic against FP64 or a theory's bounds");
  command->require_subcommand(1);
  command->footer("Example: napier measure second_moment -o runs/second_moment --steps 2000");
  const auto options = std::make_shared<Options>();

  CLI::App* moment = command->add_subcommand(
      "second_moment",
      "Bias of the update unit's g* against a second moment in FP64, over update.v_fraction");
  moment->add_option("-o,--output", options->folder, "Folder for CSV, table and charts")->required();
  moment->add_option("--steps", options->moment.steps, "Steps; the second half counts")
      ->check(CLI::Range(2LL, 1000000000LL))
      ->capture_default_str();
  moment->add_option("--weights", options->moment.weights, "Weights, each with gradients of its own")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  moment->add_option("--seed", options->moment.seed, "Seed of the gradients")->capture_default_str();
  moment->footer("Example: napier measure second_moment -o runs/second_moment --steps 2000");
  moment->callback([options] { finish(explore::measure_second_moment(options->moment), options->folder); });

  CLI::App* error = command->add_subcommand(
      "update_error",
      "Error of rounding a step at random against its bounds, on a trace's weights and gradients");
  error->add_option("TRACE", options->trace, "Trace with weight updates")->required();
  error->add_option("-o,--output", options->folder, "Folder for CSV, table and charts")->required();
  error->add_option("--repetitions", options->repetitions, "Random roundings of each step")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  error->add_option("--seed", options->seed, "Seed of the roundings")->capture_default_str();
  error->footer("Example: napier measure update_error runs/tiny/trace.h5 -o runs/update_error");
  error->callback([options] {
    finish(explore::measure_update_error(read_trace(options->trace), options->trace, options->repetitions,
                                         options->seed),
           options->folder);
  });
}

}  // namespace napier::cli
