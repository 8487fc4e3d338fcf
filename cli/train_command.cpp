// napier train: a network trained bit-exactly on a design's datapath.
#include <unistd.h>

#include <iostream>

#include "cli/commands.hpp"
#include "models/design/design_file.hpp"
#include "models/interop/array_file.hpp"
#include "models/train/experiment_file.hpp"
#include "models/train/train.hpp"

namespace napier::cli {
namespace {

struct Options {
  std::filesystem::path experiment, output, design, trace, dump;
  int threads = 0;
};

void run(const Options& options) {
  ExperimentFile file = read_experiment(options.experiment);
  TrainRequest request;
  request.experiment = std::move(file.experiment);
  request.dataset_place = file.dataset_place;
  request.design = read_design(options.design.empty() ? request.experiment.design : options.design);
  request.folder = options.output;
  if (!options.trace.empty()) request.trace = options.trace;
  if (!options.dump.empty()) {
    check_array_file_name(options.dump, false);
    request.dump = options.dump;
  }
  request.threads = options.threads;
  request.progress = &std::cerr;
  request.terminal = isatty(STDERR_FILENO) == 1;
  const TrainResult result = train(request);
  std::cout << request.experiment.name << " on " << request.design.name << ": test accuracy "
            << result.test_accuracy_percent << " %, results in " << options.output.string() << '\n';
}

}  // namespace

void add_train(CLI::App& app) {
  CLI::App* command = app.add_subcommand("train", "Train a network bit-exactly on a design's datapath");
  const auto options = std::make_shared<Options>();
  command->add_option("EXPERIMENT", options->experiment, "Experiment file (YAML)")->required();
  command->add_option("-o,--output", options->output, "Folder for results; one of its own is continued")
      ->required();
  command->add_option("--design", options->design, "Design file that replaces the experiment's");
  command->add_option("--trace", options->trace,
                      "Trace file (HDF5) of the steps and layers the experiment selects");
  command->add_option("--dump", options->dump,
                      "File (.npz or .h5) of all weights and biases at the end: real numbers, words, scales");
  command->add_option("--threads", options->threads,
                      "Threads, 0: as many as the machine has; results do not depend on it");
  command->footer(
      "Example: napier train configs/experiments/fashion_mlp_tiny.yaml -o runs/tiny --trace runs/tiny.h5");
  command->callback([options] { run(*options); });
}

}  // namespace napier::cli
