#include "models/train/experiment_file.hpp"

#include <algorithm>

#include "models/base/error.hpp"

namespace napier {
namespace {

using config::Group;

void declare_network(Group<NetworkParameters> g) {
  g.integers("layers", &NetworkParameters::layers, {2, 16}, {1, 65536}, "",
             "Sizes of a multi-layer perceptron: inputs, hidden layers, classes");
}

void declare_dataset(Group<DatasetParameters> g) {
  g.path("folder", &DatasetParameters::folder,
         "Folder of {train,t10k}-{images-idx3,labels-idx1}-ubyte.gz; Debian: dataset-fashion-mnist");
  g.integer("train_samples", &DatasetParameters::train_samples, {0, 10000000}, "samples",
            "Training samples used, from the first; 0: all");
  g.integer("test_samples", &DatasetParameters::test_samples, {0, 10000000}, "samples",
            "Test samples used, from the first; 0: all");
}

void declare_optimizer(Group<OptimizerParameters> g) {
  Group<MadamParameters> madam =
      g.group("madam", &OptimizerParameters::madam, "Madam: weights of designs with update.kind madam");
  madam.integer("learning_rate_shift", &MadamParameters::learning_rate_shift, {0, 24}, "",
                "eta = 2^-shift octaves for a normalised gradient of 1");
  Group<HostParameters> host = g.group("host", &OptimizerParameters::host,
                                       "FP32 on the host: weights of designs with update.kind host");
  host.choice<HostRule>("rule", &HostParameters::rule,
                        {{HostRule::kSgd, "sgd", "gradient descent with momentum"},
                         {HostRule::kAdam, "adam", "Adam"},
                         {HostRule::kMadam, "madam", "Madam in FP32 with madam.learning_rate_shift"}},
                        "Optimizer of the weights");
  host.real("learning_rate", &HostParameters::learning_rate, {.min = 0, .max = 100, .above = true}, "",
            "Learning rate of sgd and adam");
  host.real("momentum", &HostParameters::momentum, {.min = 0, .max = 1, .below = true}, "",
            "Momentum of sgd, decay of adam's first moment");
  host.real("second_moment", &HostParameters::second_moment,
            {.min = 0, .max = 1, .above = true, .below = true}, "",
            "Decay of the mean square of adam and madam");
  Group<TensorParameters> tensors =
      g.group("tensors", &OptimizerParameters::tensors,
              "FP32 on the host, for all designs: biases, normalisation, embeddings");
  tensors.choice<TensorRule>("rule", &TensorParameters::rule,
                             {{TensorRule::kAsWeights, "as_weights", "host.rule; sgd where that is madam"},
                              {TensorRule::kSgd, "sgd", "gradient descent with host.momentum"},
                              {TensorRule::kAdam, "adam", "Adam with host.momentum and host.second_moment"}},
                             "Their optimizer; never Madam, which cannot move what starts at zero");
  tensors.real("learning_rate", &TensorParameters::learning_rate, {.min = 0, .max = 100}, "",
               "Their learning rate; 0: host.learning_rate");
}

void declare_schedule(Group<SchedulePhase> g) {
  g.real("until", &SchedulePhase::until, {.min = 0, .max = 1, .above = true}, "",
         "End of the phase as a fraction of all steps; the last phase ends at 1");
  g.real("factor", &SchedulePhase::factor, {.min = 0, .max = 1000, .above = true}, "",
         "What the learning rate is multiplied with");
}

void declare_trace(Group<TraceSelection> g) {
  g.integers("steps", &TraceSelection::steps, {0, 1000}, {0, INT64_C(1000000000)}, "steps",
             "Steps that --trace records, counted from 0");
  g.integers("layers", &TraceSelection::layers, {0, 16}, {0, 15}, "",
             "Layers that --trace records, counted from 0; empty: all");
}

void declare(Group<Experiment>& g) {
  g.text("name", &Experiment::name, "Name of the experiment");
  g.integer("seed", &Experiment::seed, {0, UINT32_MAX}, "",
            "Seed of initial weights and of the order of samples");
  g.path("design", &Experiment::design, "Design to train on, relative to this file; --design replaces it")
      .required = true;
  declare_dataset(g.group("dataset", &Experiment::dataset, "Labelled images"));
  declare_network(g.group("network", &Experiment::network, "What is trained"));
  g.integer("batch", &Experiment::batch, {1, 65536}, "samples", "Samples of a step");
  g.integer("epochs", &Experiment::epochs, {1, 100000}, "epochs", "Passes over the training samples");
  declare_optimizer(g.group("optimizer", &Experiment::optimizer, "How weights and biases move"));
  declare_schedule(
      g.records("schedule", &Experiment::schedule, {0, 100}, "Phases of the learning rate; empty: constant"));
  declare_trace(g.group("trace", &Experiment::trace, "What a trace records"));
}

}  // namespace

const config::Schema<Experiment>& experiment_schema() {
  static const config::Schema<Experiment> schema("experiment", "What is trained, on what data, and how",
                                                 declare);
  return schema;
}

void check_experiment(const Experiment& e, const config::Document& document) {
  const auto fail = [&](const std::string& key, const std::string& message) {
    throw InputError(document.at(key) + ": " + message);
  };
  double last = 0;
  for (std::size_t i = 0; i < e.schedule.size(); ++i) {
    const std::string key = "schedule[" + std::to_string(i) + "].until";
    if (e.schedule[i].until <= last) fail(key, key + " must be above the phase before; sort the phases");
    last = e.schedule[i].until;
  }
  if (!e.schedule.empty() && last != 1.0) {
    fail("schedule", "the last phase of the schedule must end at 1; write 'until: 1.0'");
  }
  const int layers = static_cast<int>(e.network.layers.size()) - 1;
  for (const int layer : e.trace.layers) {
    if (layer >= layers) {
      fail("trace.layers", "trace.layers names layer " + std::to_string(layer) +
                               ", but the network has layers 0 to " + std::to_string(layers - 1));
    }
  }
}

ExperimentFile read_experiment(const std::filesystem::path& file) {
  config::Document document;
  ExperimentFile result;
  result.experiment = experiment_schema().read(file, document);
  check_experiment(result.experiment, document);
  result.experiment.design = config::beside(file, result.experiment.design);
  result.experiment.dataset.folder = config::beside(file, result.experiment.dataset.folder);
  result.dataset_place = document.at("dataset.folder") + ": dataset.folder";
  return result;
}

std::string resolved_yaml(const Experiment& experiment) { return experiment_schema().write(experiment); }

}  // namespace napier
