// Networks of layers, in whatever arithmetic an engine computes.
#include "models/base/error.hpp"
#include "models/format/quantizer.hpp"
#include "models/nn/cross_entropy.hpp"
#include "models/nn/networks.hpp"
#include "models/train/network.hpp"
#include "models/train/onnx_start.hpp"
#include "models/train/state_archive.hpp"
#include "models/train/training_engine.hpp"

namespace napier {
namespace {

std::unique_ptr<nn::Model<float>> make_model(const NetworkParameters& network, const ImageShape& images,
                                             const nn::Builder<float>& builder) {
  const nn::Shape image{images.height, images.width, 1};
  switch (network.kind) {
    case NetworkKind::kMlp:
      return nn::make_mlp<float>({network.layers}, builder);
    case NetworkKind::kCnn:
      return nn::make_cnn<float>({.image = image,
                                  .classes = images.classes,
                                  .convolutions = network.cnn.convolutions,
                                  .kernel = network.cnn.kernel,
                                  .hidden = network.cnn.hidden,
                                  .batch_norm = network.cnn.batch_norm},
                                 builder);
    case NetworkKind::kResnet:
      return nn::make_resnet<float>({.image = image,
                                     .classes = images.classes,
                                     .blocks = network.resnet.blocks,
                                     .width = network.resnet.width},
                                    builder);
    case NetworkKind::kTransformer:
      return nn::make_transformer<float>({.symbols = 256,
                                          .sequence = network.transformer.sequence,
                                          .width = network.transformer.width,
                                          .heads = network.transformer.heads,
                                          .blocks = network.transformer.blocks,
                                          .hidden = network.transformer.hidden},
                                         builder);
  }
  throw InternalError("a kind of network without a model");
}

class GraphNetwork : public Network {
 public:
  GraphNetwork(const Experiment& experiment, const Design& design, const Parallel& threads,
               const ImageShape& images)
      : threads_(threads),
        engine_(make_engine(design, experiment.optimizer, threads)),
        initial_(experiment.seed) {
    const std::filesystem::path& file = experiment.network.weights;
    if (file.empty()) {
      model_ = make_model(experiment.network, images, {*engine_, threads, initial_});
      return;
    }
    start_ = std::make_unique<OnnxStart>(file);
    starting_engine_ = start_from(*start_, *engine_);
    model_ = make_model(experiment.network, images, {*starting_engine_, threads, initial_});
    start_->finish();
  }

  StepReport train(const Batch& batch, const StepSettings& settings, Trace* trace) override {
    if (trace != nullptr) throw InternalError("networks of layers are not traced");
    StepReport report;
    engine_->begin(settings, true, report);
    const std::vector<float> logits = model_->forward(batch.inputs, nn::Mode::kTrain);
    std::vector<float> gradient(logits.size());
    largest_magnitude(logits, {"logits", settings.step});  // refuses NaN and infinity
    const nn::Loss loss = cross_entropy(logits, batch, gradient);
    report.loss = loss.mean;
    report.correct = loss.correct;
    model_->backward(std::move(gradient));
    engine_->update();
    return report;
  }

  TestReport test(const Batch& batch) override {
    StepReport report;
    engine_->begin({}, false, report);
    const nn::Loss loss = cross_entropy(model_->forward(batch.inputs, nn::Mode::kTest), batch, {});
    return {loss.mean, loss.correct};
  }

  std::int64_t weights() const override { return engine_->weights(); }
  std::string kernel() const override { return engine_->kernel(); }

  std::vector<Array> arrays() const override { return engine_->arrays(); }

  void exchange(StateArchive& archive) override {
    engine_->exchange(archive);
    model_->exchange(archive);
  }

 private:
  nn::Loss cross_entropy(const std::vector<float>& logits, const Batch& batch,
                         std::span<float> gradient) const {
    const std::vector<double> doubles(logits.begin(), logits.end());
    return nn::softmax_cross_entropy<float>(doubles, batch.labels, model_->classes(), gradient, &threads_);
  }

  const Parallel& threads_;
  std::unique_ptr<TrainingEngine> engine_;
  nn::Initial initial_;
  std::unique_ptr<OnnxStart> start_;                    ///< or null
  std::unique_ptr<nn::Engine<float>> starting_engine_;  ///< engine_ where weights come from a model, or null
  std::unique_ptr<nn::Model<float>> model_;
};

}  // namespace

std::unique_ptr<Network> make_graph_network(const Experiment& experiment, const Design& design,
                                            const Parallel& threads, const ImageShape& images) {
  return std::make_unique<GraphNetwork>(experiment, design, threads, images);
}

}  // namespace napier
