#include "explore/sweep.hpp"

#include <map>

#include "explore/training_data.hpp"
#include "models/base/error.hpp"
#include "models/design/design_file.hpp"
#include "models/train/experiment_file.hpp"

namespace napier::explore {
namespace fs = std::filesystem;
namespace {

void declare_sweep(config::Group<Sweep>& g) {
  g.text("name", &Sweep::name, "Name in the report");
  g.path("experiment", &Sweep::experiment, "Experiment file that each design trains").required = true;
  g.paths("designs", &Sweep::designs, {1, 1000}, "Design files; each needs a name of its own");
  g.path("reference", &Sweep::reference,
         "Design file that is only trained, for comparison, as configs/designs/fp32.yaml; empty: none");
  g.path("technology", &Sweep::technology,
         "Technology file for synthesis; empty: Debian's OSU 0.18 um library");
}

/// A path of the sweep file as it opens from the current folder.
fs::path from_here(const fs::path& file, const fs::path& path) {
  return path.empty() ? path : config::beside(file, path).lexically_normal();
}

void need_file(const fs::path& path, const std::string& key, const config::Document& document) {
  if (fs::is_regular_file(path)) return;
  throw InputError(document.at(key) + ": " + key + " names '" + path.string() +
                   "', which is no file; paths are relative to the folder of the sweep file");
}

}  // namespace

const config::Schema<Sweep>& sweep_schema() {
  static const config::Schema<Sweep> schema(
      "sweep", "Several designs through training, simulation, verification and synthesis", declare_sweep);
  return schema;
}

LoadedSweep read_sweep(const fs::path& file) {
  config::Document document;
  LoadedSweep loaded{sweep_schema().read(file, document), {}, {}, {}};
  Sweep& sweep = loaded.sweep;

  sweep.experiment = from_here(file, sweep.experiment);
  need_file(sweep.experiment, "experiment", document);
  const ExperimentFile experiment = read_experiment(sweep.experiment);
  if (experiment.experiment.network.kind != NetworkKind::kMlp) {
    throw InputError(document.at("experiment") + ": experiment names '" + sweep.experiment.string() +
                     "', whose network has no traces to simulate; name one with network.kind mlp");
  }
  loaded.dataset = training_data(experiment.experiment, experiment.dataset_place,
                                 sweep.experiment.string() + ": dataset.text");
  sweep.technology = from_here(file, sweep.technology);
  if (!sweep.technology.empty()) need_file(sweep.technology, "technology", document);

  std::map<std::string, fs::path> names;
  const auto add = [&](std::vector<Point>& points, const fs::path& path, const std::string& key) {
    need_file(path, key, document);
    Point point{path, read_design(path)};
    const auto [other, is_new] = names.emplace(point.design.name, path);
    if (!is_new) {
      throw InputError(document.at(key) + ": '" + path.string() + "' and '" + other->second.string() +
                       "' are both named '" + point.design.name + "'; give each design its own name");
    }
    points.push_back(std::move(point));
  };
  for (fs::path& path : sweep.designs) {
    path = from_here(file, path);
    add(loaded.points, path, "designs");
    require_hardware(loaded.points.back().design);
  }
  sweep.reference = from_here(file, sweep.reference);
  if (!sweep.reference.empty()) add(loaded.reference, sweep.reference, "reference");
  return loaded;
}

}  // namespace napier::explore
