#include "models/train/experiment_file.hpp"

#include <algorithm>

#include "models/base/error.hpp"

namespace napier {
namespace {

using config::Group;

void declare_network(Group<NetworkParameters> g) {
  g.choice<NetworkKind>(
      "kind", &NetworkParameters::kind,
      {{NetworkKind::kMlp, "mlp", "fully connected layers with ReLU between them"},
       {NetworkKind::kCnn, "cnn", "convolutions with ReLU and max pooling, two linear layers"},
       {NetworkKind::kResnet, "resnet", "residual network of 3 x 3 convolutions"},
       {NetworkKind::kTransformer, "transformer", "causal language model over bytes"}},
      "What kind of network; the groups of the other kinds keep their defaults");
  g.integers("layers", &NetworkParameters::layers, {2, 16}, {1, 65536}, "",
             "Sizes of a multi-layer perceptron: inputs, hidden layers, classes");
  Group<CnnSettings> cnn = g.group("cnn", &NetworkParameters::cnn, "Kind cnn");
  cnn.integers("convolutions", &CnnSettings::convolutions, {1, 16}, {1, 4096}, "channels",
               "Output channels of each convolution; 2 x 2 max pooling follows each");
  cnn.integer("kernel", &CnnSettings::kernel, {1, 15}, "pixels", "Side of the kernels, odd");
  cnn.integer("hidden", &CnnSettings::hidden, {1, 65536}, "", "Size of the linear layer before the last");
  cnn.boolean("batch_norm", &CnnSettings::batch_norm, "Batch normalisation after each convolution");
  Group<ResnetSettings> resnet = g.group("resnet", &NetworkParameters::resnet, "Kind resnet");
  resnet.integer("blocks", &ResnetSettings::blocks, {1, 18}, "blocks",
                 "Blocks n of each of three stages: 6 n + 2 layers");
  resnet.integer("width", &ResnetSettings::width, {1, 256}, "channels",
                 "Channels of the first stage; the others double them");
  Group<TransformerSettings> transformer =
      g.group("transformer", &NetworkParameters::transformer, "Kind transformer");
  transformer.integer("sequence", &TransformerSettings::sequence, {1, 4096}, "bytes", "Bytes of a sample");
  transformer.integer("width", &TransformerSettings::width, {1, 4096}, "",
                      "Numbers that stand for a byte, a multiple of heads");
  transformer.integer("heads", &TransformerSettings::heads, {1, 64}, "heads", "Heads of attention");
  transformer.integer("blocks", &TransformerSettings::blocks, {1, 64}, "blocks",
                      "Blocks of attention and two linear layers");
  transformer.integer("hidden", &TransformerSettings::hidden, {1, 65536}, "",
                      "Size between a block's two linear layers");
  g.path(
      "weights", &NetworkParameters::weights,
      "ONNX model, or .npz of napier train --dump, that mlp or cnn starts from; empty: drawn from the seed");
}

void declare_dataset(Group<DatasetParameters> g) {
  g.path("folder", &DatasetParameters::folder,
         "Folder of {train,t10k}-{images-idx3,labels-idx1}-ubyte.gz; Debian: dataset-fashion-mnist");
  g.path("text", &DatasetParameters::text,
         "Text of language models, its last tenth for tests; empty: the King James Bible, Debian: bible-kjv");
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
  declare_dataset(g.group("dataset", &Experiment::dataset, "Labelled images, or text"));
  declare_network(g.group("network", &Experiment::network, "What is trained"));
  g.integer("batch", &Experiment::batch, {1, 65536}, "samples", "Samples of a step");
  g.integer("epochs", &Experiment::epochs, {1, 100000}, "epochs", "Passes over the training samples");
  g.integer("epoch_steps", &Experiment::epoch_steps, {0, 1000000000}, "steps",
            "Steps of an epoch, fewer than all training samples make; 0: all");
  declare_optimizer(g.group("optimizer", &Experiment::optimizer, "How weights and biases move"));
  declare_schedule(
      g.records("schedule", &Experiment::schedule, {0, 100}, "Phases of the learning rate; empty: constant"));
  declare_trace(g.group("trace", &Experiment::trace, "What a trace records"));
}

/// What is set for another kind of network would have no effect.
template <class Fail>
void check_network(const NetworkParameters& n, const Fail& fail) {
  const NetworkParameters defaults;
  const auto unused = [&](const std::string& key, NetworkKind kind, bool is_default) {
    if (n.kind == kind || is_default) return;
    fail("network." + key, "network." + key + " has no effect on this network.kind; remove it");
  };
  unused("layers", NetworkKind::kMlp, n.layers == defaults.layers);
  unused("cnn", NetworkKind::kCnn, n.cnn == defaults.cnn);
  unused("resnet", NetworkKind::kResnet, n.resnet == defaults.resnet);
  unused("transformer", NetworkKind::kTransformer, n.transformer == defaults.transformer);
  const bool plain = n.kind == NetworkKind::kMlp || n.kind == NetworkKind::kCnn;
  if (!n.weights.empty() && !plain) {
    fail("network.weights", "network.weights is for network.kind mlp and cnn; remove it or change the kind");
  }
  if (n.cnn.kernel % 2 == 0) {
    fail("network.cnn.kernel",
         "network.cnn.kernel is " + std::to_string(n.cnn.kernel) + "; give an odd size");
  }
  if (n.transformer.width % n.transformer.heads != 0) {
    fail("network.transformer.width",
         "network.transformer.width must be a multiple of heads, " + std::to_string(n.transformer.heads));
  }
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
  check_network(e.network, fail);
  if (e.network.kind != NetworkKind::kMlp) {
    if (!e.trace.layers.empty()) {
      fail("trace.layers", "trace.layers needs network.kind mlp, the only one with traces; remove the key");
    }
    return;
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
  if (!result.experiment.network.weights.empty()) {
    result.experiment.network.weights = config::beside(file, result.experiment.network.weights);
  }
  result.experiment.dataset.folder = config::beside(file, result.experiment.dataset.folder);
  if (!result.experiment.dataset.text.empty()) {
    result.experiment.dataset.text = config::beside(file, result.experiment.dataset.text);
  }
  result.dataset_place = document.at("dataset.folder") + ": dataset.folder";
  return result;
}

std::string resolved_yaml(const Experiment& experiment) { return experiment_schema().write(experiment); }

}  // namespace napier
