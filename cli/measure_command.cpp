// napier measure: properties of the arithmetic itself, against FP64 or a theory's bounds.
#include <iostream>

#include "cli/commands.hpp"
#include "explore/measure/attention_rounding.hpp"
#include "explore/measure/measurement.hpp"
#include "explore/measure/second_moment.hpp"
#include "explore/measure/update_error.hpp"
#include "models/design/design_file.hpp"
#include "models/train/experiment_file.hpp"

namespace napier::cli {
namespace {

struct Options {
  std::string folder, trace, experiment, design;
  explore::SecondMomentRequest moment;
  int repetitions = 16;
  int steps = 100;
  int threads = 0;
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

  CLI::App* attention = command->add_subcommand(
      "attention_rounding",
      "Bias of a language model's attention products with terms cut off and with terms rounded half up");
  attention->add_option("EXPERIMENT", options->experiment, "Experiment of network.kind transformer")
      ->required();
  attention->add_option("-o,--output", options->folder, "Folder for CSV, table and charts")->required();
  attention->add_option("--design", options->design, "Design instead of the experiment's");
  attention->add_option("--steps", options->steps, "Steps of training before the products are taken")
      ->check(CLI::Range(0, 1000000))
      ->capture_default_str();
  attention->add_option("--threads", options->threads, "Threads; 0: all")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  attention->footer(
      "Example: napier measure attention_rounding configs/experiments/kjv_transformer.yaml -o "
      "runs/attention");
  attention->callback([options] {
    const Experiment experiment = read_experiment(options->experiment).experiment;
    const std::string design = options->design.empty() ? experiment.design.string() : options->design;
    finish(explore::measure_attention_rounding(experiment, read_design(design), options->experiment,
                                               options->steps, options->threads),
           options->folder);
  });
}

}  // namespace napier::cli
