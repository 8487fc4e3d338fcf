// napier estimate: cycles, traffic and events of a workload without simulation.
#include <chrono>
#include <cstdio>

#include "cli/commands.hpp"
#include "explore/estimate/array_results.hpp"
#include "explore/estimate/estimate_results.hpp"
#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/config/scalar.hpp"
#include "models/design/design_file.hpp"
#include "models/workload/workload_file.hpp"

namespace napier::cli {
namespace {

struct Options {
  std::string design, workload, mapping, objective = "cycles";
  std::filesystem::path output;
  std::vector<std::string> sizes;
  std::int64_t batch = 0;
  std::size_t tiles = 0;
  bool unknown_on_host = false, inference = false;
};

/// NAME=SIZE, as often as there are open dimensions.
std::map<std::string, std::int64_t> open_sizes(const std::vector<std::string>& given) {
  std::map<std::string, std::int64_t> sizes;
  for (const std::string& text : given) {
    const std::size_t sign = text.find('=');
    const auto size = sign == std::string::npos ? std::nullopt : config::to_integer(text.substr(sign + 1));
    if (!size || *size < 1) {
      throw InputError("--dim " + text + " is no NAME=SIZE with a size of at least 1; write --dim batch=8");
    }
    sizes[text.substr(0, sign)] = *size;
  }
  return sizes;
}

Workload workload_of(const Options& options) {
  ModelOptions model;
  model.sizes = open_sizes(options.sizes);
  model.unknown_on_host = options.unknown_on_host;
  Workload workload = read_workload(options.workload, model);
  if (options.batch == 0) return workload;
  workload.batch = options.batch;
  for (const WorkloadLayer& layer : workload.layers) {
    check_layer(layer, workload.batch, "'" + options.workload + "' with --batch, layer '" + layer.name + "'");
  }
  return workload;
}

Objective objective(const Options& options) {
  return options.objective == "traffic" ? Objective::kTraffic : Objective::kCycles;
}

void run_array(const Options& options, const Design& design, const Workload& workload) {
  for (const auto& [given, name] :
       {std::pair{!options.mapping.empty(), "--mapping"}, {options.tiles > 0, "--tiles"}}) {
    if (!given) continue;
    throw InputError(std::string(name) + " is for bare processing elements, and design '" + design.name +
                     "' is an accelerator; leave it out");
  }
  open_output_folder(options.output, "estimate");
  const auto start = std::chrono::steady_clock::now();
  const ArrayEstimate result = estimate_array(design, workload, objective(options), !options.inference);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  explore::write_array_estimate(options.output, design, workload, result,
                                {NAPIER_VERSION, options.design, options.workload, seconds});
  std::printf("At least %lld cycles, those of %s; at most %.1f %% of the products used.\nResults in %s\n",
              static_cast<long long>(result.work.at_least()),
              std::string(kArrayResources[static_cast<std::size_t>(result.work.bottleneck())]).c_str(),
              100 * result.utilisation_at_most, options.output.c_str());
}

void run(const Options& options) {
  const Design design = read_design(options.design);
  require_hardware(design);
  const Workload workload = workload_of(options);
  if (design.array.elements > 0) return run_array(options, design, workload);
  EstimateOptions how;
  how.objective = objective(options);
  how.training = !options.inference;
  how.tiles = options.tiles;
  if (!options.mapping.empty()) how.mapping = read_mapping(options.mapping);
  open_output_folder(options.output, "estimate");
  const auto start = std::chrono::steady_clock::now();
  const Estimate result = estimate(design, workload, how);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  explore::write_estimate(options.output, design, workload, result,
                          {NAPIER_VERSION, options.design, options.workload, seconds});
  std::printf("%lld cycles (%lld of them updates), %.1f %% of the products used.\nResults in %s\n",
              static_cast<long long>(result.cycles()), static_cast<long long>(result.update_cycles),
              100 * result.utilisation, options.output.c_str());
}

}  // namespace

void add_estimate(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("estimate", "Cycles, traffic and events of a workload, exact without simulation");
  const auto options = std::make_shared<Options>();
  command->add_option("DESIGN", options->design, "Design description (YAML)")->required();
  command
      ->add_option("--workload", options->workload,
                   "Workload (.yaml), model (.onnx) or SCALE-Sim topology (.csv)")
      ->required();
  command->add_option("-o,--output", options->output, "Output folder")->required();
  command->add_option("--objective", options->objective, "What mappings are chosen by")
      ->check(CLI::IsMember({"cycles", "traffic"}))
      ->capture_default_str();
  command->add_option("--mapping", options->mapping, "Mappings that are given (YAML), others are searched");
  command->add_option("--batch", options->batch, "Samples of a step, in place of the workload's")
      ->check(CLI::PositiveNumber);
  command->add_option("--dim", options->sizes, "Size of an open dimension of a model, NAME=SIZE");
  command->add_flag("--unknown-on-host", options->unknown_on_host,
                    "Operators of a model that Napier does not know are the host's work, and listed");
  command->add_flag("--inference", options->inference, "The forward pass alone");
  command->add_option("--tiles", options->tiles, "Write the times of the first tiles to tiles.json");
  command->footer(
      "Example: napier estimate configs/designs/lns8_paper.yaml --workload configs/workloads/resnet50.yaml "
      "-o runs/estimate");
  command->callback([options] { run(*options); });
}

}  // namespace napier::cli
