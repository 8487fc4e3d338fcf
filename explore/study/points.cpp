#include "explore/study/points.hpp"

#include <map>
#include <optional>
#include <set>

#include "explore/training_data.hpp"
#include "models/base/digest.hpp"
#include "models/base/error.hpp"
#include "models/config/nearest.hpp"
#include "models/config/scalar.hpp"
#include "models/design/design_file.hpp"
#include "models/train/experiment_file.hpp"

namespace napier::explore {
namespace fs = std::filesystem;
using config::Entry;
using config::Node;
namespace {

/// A value as it was written, on one line.
std::string written(const Node& value) {
  if (value.kind == Node::Kind::kScalar) return value.text;
  Node map;
  map.kind = Node::Kind::kMap;
  map.entries.push_back({"v", {}, value});
  const std::string line = config::write_yaml(map);  // "v: value\n"
  return line.substr(3, line.size() - 4);
}

/// Turns a study file into runs.
class Expansion {
 public:
  explicit Expansion(const fs::path& file) : file_(file) {
    loaded_.study = study_schema().read(file, document_);
    Study& study = loaded_.study;
    study.experiment = from_here(study.experiment);
    if (!study.design.empty()) study.design = from_here(study.design);
    if (!study.start.experiment.empty()) study.start.experiment = from_here(study.start.experiment);
    if (!study.start.design.empty()) study.start.design = from_here(study.start.design);
    if (study.title.empty()) study.title = study.name;
    for (std::size_t i = 0; i < study.axes.size(); ++i) check_axis(study.axes[i], i);
    check_names(study.variants, "variants");
    check_names(study.references, "references");
  }

  LoadedStudy operator()() {
    const Study& study = loaded_.study;
    if (!study.start.experiment.empty()) add_starts(study.start);
    const std::vector<StudyVariant> unnamed(1);
    for (const StudyVariant& variant : study.variants.empty() ? unnamed : study.variants) {
      expand_axes(variant, 0, {}, {});
    }
    for (const StudyVariant& reference : study.references) add_runs(reference, {}, {}, true);
    return std::move(loaded_);
  }

 private:
  fs::path from_here(const fs::path& path) const { return config::beside(file_, path); }

  [[noreturn]] void fail(config::Place place, const std::string& message) const {
    config::fail(document_.source, place, message);
  }

  void check_axis(StudyAxis& axis, std::size_t index) {
    const std::string at = "axes[" + std::to_string(index) + "].";
    const auto fail_at = [&](const std::string& key, const std::string& message) {
      throw InputError(document_.at(at + key) + ": " + at + key + message);
    };
    const std::size_t count = axis.values.size();
    if (axis.title.empty()) axis.title = axis.key;
    if (!axis.labels.empty() && axis.labels.size() != count) {
      fail_at("labels", " has " + std::to_string(axis.labels.size()) + " labels for " +
                            std::to_string(count) + " values; write one a value");
    }
    const std::vector<std::string> labels = labels_of(axis);
    if (std::set<std::string>(labels.begin(), labels.end()).size() != count) {
      fail_at("values", " has the same value, or label, twice; remove one");
    }
    for (const Entry& other : axis.with) {
      if (other.value.kind == Node::Kind::kList && other.value.items.size() == count) continue;
      fail(other.value.place, "key '" + other.key + "' moves along with " + axis.key + "; write a list of " +
                                  std::to_string(count) + " values, one for each of its values");
    }
    if (!axis.logarithmic) return;
    for (const std::string& label : labels) {
      if (config::to_real(label).value_or(0) > 0) continue;
      fail_at("logarithmic", " needs numbers above 0 as values or labels; '" + label + "' is none");
    }
  }

  void check_names(const std::vector<StudyVariant>& variants, const std::string& key) {
    for (std::size_t i = 0; i < variants.size(); ++i) {
      if (names_.insert(variants[i].name).second) continue;
      const std::string at = key + "[" + std::to_string(i) + "].name";
      throw InputError(document_.at(at) + ": " + at + " '" + variants[i].name +
                       "' is taken; give each variant and reference its own name");
    }
  }

  void add_starts(const StudyStart& start) {
    refuse_conflicts(start.set);
    StudyRun run;
    resolve(start.experiment, start.design, start.set, run);
    for (const std::uint32_t seed : loaded_.study.seeds) {
      seal(run, seed);
      loaded_.starts.push_back(run);
    }
  }

  static void seal(StudyRun& run, std::uint32_t seed) {
    run.seed = seed;
    run.experiment.seed = seed;
    run.digest = sha256(resolved_yaml(run.experiment) + resolved_yaml(run.design));
  }

  void expand_axes(const StudyVariant& variant, std::size_t depth, std::vector<std::string> values,
                   std::vector<Entry> settings) {
    if (depth == loaded_.study.axes.size()) {
      add_runs(variant, values, settings, false);
      return;
    }
    const StudyAxis& axis = loaded_.study.axes[depth];
    const std::vector<std::string> labels = labels_of(axis);
    const std::string key_at = "axes[" + std::to_string(depth) + "].key";
    for (std::size_t i = 0; i < axis.values.size(); ++i) {
      std::vector<std::string> more_values = values;
      std::vector<Entry> more = settings;
      more_values.push_back(labels[i]);
      more.push_back({axis.key, document_.places[key_at], axis.values[i]});
      for (const Entry& other : axis.with) more.push_back({other.key, other.place, other.value.items[i]});
      expand_axes(variant, depth + 1, std::move(more_values), std::move(more));
    }
  }

  void add_runs(const StudyVariant& variant, const std::vector<std::string>& values,
                const std::vector<Entry>& axes, bool reference) {
    std::vector<Entry> settings = loaded_.study.set;
    settings.insert(settings.end(), variant.set.begin(), variant.set.end());
    settings.insert(settings.end(), axes.begin(), axes.end());
    refuse_conflicts(settings);

    StudyRun run;
    run.variant = variant.name;
    run.values = values;
    run.reference = reference;
    resolve(loaded_.study.experiment, loaded_.study.design, settings, run);
    for (std::size_t i = 0; i < loaded_.study.seeds.size(); ++i) {
      if (!loaded_.starts.empty()) {
        run.start = loaded_.starts[i].digest;
        run.experiment.network.weights = fs::path("../..") / start_folder(run.start) / "weights.npz";
      }
      seal(run, loaded_.study.seeds[i]);
      loaded_.runs.push_back(run);
    }
  }

  void refuse_conflicts(const std::vector<Entry>& settings) const {
    std::map<std::string, config::Place> keys;
    for (const Entry& setting : settings) {
      const auto [first, is_new] = keys.emplace(setting.key, setting.place);
      if (is_new) continue;
      fail(setting.place, "key '" + setting.key + "' is set twice for one run, first in line " +
                              std::to_string(first->second.line) + "; remove one");
    }
  }

  fs::path file_setting(const Entry& setting) const {
    if (setting.value.kind != Node::Kind::kScalar) {
      fail(setting.value.place, "key '" + setting.key + "' must be the path of a file");
    }
    return from_here(setting.value.text);
  }

  /// Files first, then the keys on top of what they say.
  void resolve(fs::path experiment, fs::path design, const std::vector<Entry>& settings, StudyRun& run) {
    for (const Entry& setting : settings) {
      if (setting.key == "experiment") experiment = file_setting(setting);
      if (setting.key == "design") design = file_setting(setting);
    }
    run.experiment = experiment_of(experiment);
    run.design = design_of(design.empty() ? run.experiment.design : design);

    config::Document places{document_.source, {}};
    for (const Entry& setting : settings) apply(setting, run, places);
    run.experiment.design = "design.yaml";
    run.experiment.dataset.folder = fs::absolute(run.experiment.dataset.folder);
    if (!run.experiment.dataset.text.empty()) {
      run.experiment.dataset.text = fs::absolute(run.experiment.dataset.text);
    }
    fs::path& weights = run.experiment.network.weights;
    if (!weights.empty()) weights = fs::absolute(weights);
    if (!loaded_.starts.empty() && !weights.empty()) {
      throw InputError(
          places.at("network.weights") +
          ": network.weights and the study's start both say where weights come from; remove one");
    }
    if (!loaded_.starts.empty()) weights = "weights.npz";  // stands for that of each seed
    try {
      check_design(run.design, places);
      check_experiment(run.experiment, places);
      run.data = training_data(run.experiment, places.at("dataset.folder") + ": dataset.folder",
                               places.at("dataset.text") + ": dataset.text");
    } catch (const InputError& error) {
      throw InputError(std::string(error.what()) + "\nin the combination " + describe(settings));
    }
  }

  void apply(const Entry& setting, StudyRun& run, config::Document& places) const {
    if (setting.key == "experiment" || setting.key == "design") return;
    if (setting.key == "name" || setting.key == "seed") {
      fail(setting.place, setting.key == "seed" ? "key 'seed' cannot be set; list seeds under 'seeds'"
                                                : "key 'name' cannot be set; name variants instead");
    }
    const config::Record& designs = design_schema().root;
    const config::Record& experiments = experiment_schema().root;
    const config::Parameter* in_design = config::find(designs, setting.key);
    const config::Parameter* parameter =
        in_design != nullptr ? in_design : config::find(experiments, setting.key);
    if (parameter == nullptr) {
      std::vector<std::string> known = config::keys_of(designs);
      for (const std::string& key : config::keys_of(experiments)) known.push_back(key);
      const std::string hint = config::suggestion(setting.key, known);
      fail(setting.place, "key '" + setting.key + "' is neither a design's nor an experiment's" +
                              (hint.empty() ? "; 'napier explain' lists them" : hint));
    }
    if (parameter->shape == config::Parameter::Shape::kGroup) {
      fail(setting.place, "key '" + setting.key + "' is a group; set the keys in it, as " +
                              parameter->record->parameters.front()->key);
    }
    Entry here = setting;
    if (parameter->value.type == config::Type::kPath && here.value.kind == Node::Kind::kScalar) {
      here.value.text = fs::absolute(from_here(here.value.text)).lexically_normal();
    }
    if (in_design != nullptr) {
      config::update_record(designs, here, &run.design, places);
    } else {
      config::update_record(experiments, here, &run.experiment, places);
    }
  }

  static std::string describe(const std::vector<Entry>& settings) {
    std::string text;
    for (const Entry& s : settings) text += (text.empty() ? "" : ", ") + s.key + ": " + written(s.value);
    return text.empty() ? "without settings" : text;
  }

  Experiment experiment_of(const fs::path& path) {
    const auto known = experiments_.find(path);
    return known != experiments_.end() ? known->second
                                       : experiments_[path] = read_experiment(path).experiment;
  }

  Design design_of(const fs::path& path) {
    const auto known = designs_.find(path);
    return known != designs_.end() ? known->second : designs_[path] = read_design(path);
  }

  const fs::path file_;
  config::Document document_;
  LoadedStudy loaded_;
  std::set<std::string> names_;
  std::map<fs::path, Experiment> experiments_;
  std::map<fs::path, Design> designs_;
};

}  // namespace

std::string run_folder(const std::string& digest) { return "runs/" + digest.substr(0, 16); }

std::string start_folder(const std::string& digest) { return "starts/" + digest.substr(0, 16); }

std::vector<std::string> labels_of(const StudyAxis& axis) {
  std::vector<std::string> labels;
  for (const Node& value : axis.labels.empty() ? axis.values : axis.labels) labels.push_back(written(value));
  return labels;
}

LoadedStudy read_study(const fs::path& file) { return Expansion(file)(); }

}  // namespace napier::explore
