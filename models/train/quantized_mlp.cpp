// The perceptron on the design's datapath: every matrix product through Gemm, every tensor between products
// in operand words, inputs, biases, softmax and loss on the host in floating point.
#include <algorithm>
#include <cmath>

#include "models/base/error.hpp"
#include "models/gemm/gemm.hpp"
#include "models/gemm/transpose.hpp"
#include "models/trace/trace.hpp"
#include "models/train/host_optimizer.hpp"
#include "models/train/network.hpp"
#include "models/train/scales.hpp"
#include "models/train/state_archive.hpp"
#include "models/train/tensor_quantizer.hpp"
#include "models/train/weight_arrays.hpp"

namespace napier {
namespace {

using Words = std::vector<Word>;

/// Operand words with their scale exponent.
struct Tensor {
  Words words;
  int k = 0;
};

struct Size {
  int m, n, k;  ///< as in GemmRecord
};

std::size_t area(int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); }

struct Layer {
  int inputs, outputs;
  std::unique_ptr<Weights> weights;
  std::vector<float> bias;
  HostOptimizer bias_optimizer;
  ScaleTracker activation_scale, error_scale, gradient_scale;

  std::int64_t weights_count() const { return std::int64_t{inputs} * outputs; }
};

class QuantizedMlp : public Network {
 public:
  QuantizedMlp(const Experiment& experiment, const Design& design, const Parallel& threads)
      : experiment_(experiment),
        design_(design),
        threads_(threads),
        gemm_(design, threads),
        post_(design),
        quantizer_(design, threads) {
    const auto initial = initial_weights(experiment), biases = initial_biases(experiment);
    for (std::size_t l = 0; l < initial.size(); ++l) {
      const int outputs = experiment.network.layers[l + 1];
      const std::vector<float>& bias = biases[l];
      layers_.push_back({.inputs = experiment.network.layers[l],
                         .outputs = outputs,
                         .weights = make_weights(design, experiment.optimizer, initial[l], outputs,
                                                 static_cast<int>(l), threads),
                         .bias = bias,
                         .bias_optimizer = HostOptimizer(experiment.optimizer.host,
                                                         tensor_rule(experiment.optimizer), 0, bias),
                         .activation_scale = ScaleTracker(design),
                         .error_scale = ScaleTracker(design),
                         .gradient_scale = ScaleTracker(design)});
    }
    quantise_pixels();
  }

  StepReport train(const Batch& batch, const StepSettings& settings, Trace* trace) override {
    Step step{settings, trace, true, {}};
    const int classes = layers_.back().outputs;
    std::vector<Tensor> activations;
    const std::vector<double> logits = forward(batch, step, activations);

    std::vector<float> loss_gradient(logits.size());
    softmax_cross_entropy(logits, batch.labels, classes, loss_gradient, step.report);
    Tensor error = quantise_error(loss_gradient, step);

    for (std::size_t l = layers_.size(); l-- > 0;) {
      const Tensor gradient = weight_gradient(l, activations[l], error, batch.count, step);
      const std::vector<float> bias_gradient = sum_columns(error, layers_[l].outputs);
      Tensor next;
      if (l > 0) next = input_gradient(l, activations[l], error, batch.count, step);
      update(l, gradient, bias_gradient, step);
      error = std::move(next);
    }
    step.report.macs = std::int64_t{batch.count} * (3 * weights() - layers_.front().weights_count());
    return step.report;
  }

  std::int64_t weights() const override {
    std::int64_t sum = 0;
    for (const Layer& layer : layers_) sum += layer.weights_count();
    return sum;
  }

  TestReport test(const Batch& batch) override {
    Step step{{.step = -1}, nullptr, false, {}};
    std::vector<Tensor> activations;
    const std::vector<double> logits = forward(batch, step, activations);
    softmax_cross_entropy(logits, batch.labels, layers_.back().outputs, {}, step.report);
    return {step.report.loss, step.report.correct};
  }

  std::string kernel() const override { return gemm_.kernel(); }

  std::vector<Array> arrays() const override {
    std::vector<Array> all;
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const Layer& layer = layers_[l];
      const std::string name = layer_name(l);
      append_weights(design_, name + ".weight", layer.outputs, layer.inputs, *layer.weights, all);
      append_tensor(name + ".bias", layer.bias, all);
    }
    return all;
  }

  void exchange(StateArchive& archive) override {
    for (Layer& layer : layers_) {
      layer.weights->exchange(archive);
      archive.fixed_list("bias", layer.bias);
      layer.bias_optimizer.exchange(archive);
      layer.activation_scale.exchange(archive);
      layer.error_scale.exchange(archive);
      layer.gradient_scale.exchange(archive);
    }
  }

 private:
  static std::string layer_name(std::size_t l) { return "fc" + std::to_string(l + 1); }

  /// What the parts of one pass over a batch share.
  struct Step {
    StepSettings settings;
    Trace* trace;
    bool learning;  ///< scales are remembered
    StepReport report;
  };

  /// A pixel's word, brightness 0..255 standing for 0..1, to nearest in every design: it is rounded once.
  void quantise_pixels() {
    std::vector<float> brightness;
    for (int i = 0; i < 256; ++i) brightness.push_back(static_cast<float>(i) / 255.0F);
    pixel_scale_ = quantizer_.quantizer().scale_exponent(1.0F);
    pixel_words_.resize(brightness.size());
    quantizer_.quantizer().quantize(brightness, pixel_scale_, pixel_words_, {"pixels", 0});
  }

  Tensor inputs(const Batch& batch) const {
    Tensor x{Words(batch.inputs.size()), pixel_scale_};
    for (std::size_t i = 0; i < batch.inputs.size(); ++i) x.words[i] = pixel_words_[batch.inputs[i]];
    return x;
  }

  bool recorded(const Step& step, std::size_t layer) const {
    const std::vector<int>& wanted = experiment_.trace.layers;
    return step.trace != nullptr && (wanted.empty() || std::find(wanted.begin(), wanted.end(),
                                                                 static_cast<int>(layer)) != wanted.end());
  }

  /// The product into acc_, then the tensor's scale and, unless raw, its words. The record, if wanted, is
  /// complete. groups: of the words of a.
  Tensor product(Pass pass, std::size_t layer, Size size, std::span<const Word> a, int k_a, const Tensor& b,
                 std::span<const std::int32_t> bias, bool relu, bool raw, std::span<const std::uint8_t> mask,
                 ScaleTracker& tracker, std::int64_t& saturations, PostCounts& counts, Step& step,
                 const GroupScales& groups = {}) {
    const std::span<const std::int32_t> row_scales = groups.rows();
    const std::span<const Word> shifts = groups.vector_shifts();
    acc_.resize(area(size.n, size.m));
    const std::int64_t overflowed = gemm_(size.m, size.n, size.k, a, b.words, bias, acc_, shifts);
    saturations += overflowed;
    Tensor out;
    const auto place = static_cast<std::uint32_t>(1 + 3 * layer + static_cast<std::size_t>(pass));
    PostSettings post{0, relu, random_key(design_, random_stream(step.settings.step, place))};
    if (!raw) {
      choose_scale(out, size.m, relu, mask, k_a, row_scales, b.k, tracker, step.learning);
      post.bias_k = bias_k(design_, k_a, b.k, out.k);
      out.words.resize(acc_.size());
      counts += post_(acc_, size.m, post, row_scales, mask, out.words, threads_);
    }
    if (recorded(step, layer)) {
      step.trace->gemms.push_back({.step = step.settings.step,
                                   .layer = static_cast<int>(layer),
                                   .pass = pass,
                                   .m = size.m,
                                   .n = size.n,
                                   .k = size.k,
                                   .a = {a.begin(), a.end()},
                                   .b = b.words,
                                   .bias = {bias.begin(), bias.end()},
                                   .row_scales = {row_scales.begin(), row_scales.end()},
                                   .vector_shifts = {shifts.begin(), shifts.end()},
                                   .mask = {mask.begin(), mask.end()},
                                   .post = post,
                                   .raw = raw,
                                   .k_a = k_a,
                                   .k_b = b.k,
                                   .k_out = out.k,
                                   .acc = acc_,
                                   .out = out.words,
                                   .saturations = overflowed});
    }
    return out;
  }

  /// The scale of the outputs in acc_.
  void choose_scale(Tensor& out, int rows, bool relu, std::span<const std::uint8_t> mask, int k_a,
                    std::span<const std::int32_t> row_scales, int k_b, ScaleTracker& tracker,
                    bool learning) const {
    if (row_scales.empty()) {
      const std::uint32_t largest = largest_output(acc_, relu, mask, threads_);
      out.k = tracker.scale(largest, k_a, k_b);
      if (learning) tracker.remember(largest, k_a, k_b);
      return;
    }
    const std::vector<std::uint32_t> largest = largest_outputs(acc_, rows, relu, mask);
    const std::optional<int> needed = scale_of_rows(design_, largest, k_a, row_scales, k_b);
    out.k = tracker.scale(needed, k_a + k_b);
    if (learning) tracker.remember(needed);
  }

  /// Fills the activations of all layers' inputs; returns the logits.
  std::vector<double> forward(const Batch& batch, Step& step, std::vector<Tensor>& activations) {
    activations.push_back(inputs(batch));
    std::vector<double> units;
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      Layer& layer = layers_[l];
      const bool last = l + 1 == layers_.size();
      const int k_a = layer.weights->scale();
      units = row_units(design_, *layer.weights, activations[l].k);
      Tensor out = product(
          Pass::kForward, l, {layer.outputs, batch.count, layer.inputs}, layer.weights->operands(), k_a,
          activations[l], bias_addends(design_, layer.bias, units), !last, last, {}, layer.activation_scale,
          step.report.forward_saturations, step.report.activations, step, layer.weights->groups());
      if (!last) activations.push_back(std::move(out));
    }
    std::vector<double> logits;
    for (std::size_t i = 0; i < acc_.size(); ++i) logits.push_back(acc_[i] * units[i % units.size()]);
    return logits;
  }

  Tensor quantise_error(std::span<const float> gradient, Step& step) const {
    const TensorPlace place{"loss gradient", step.settings.step};
    const float largest = largest_magnitude(gradient, place, threads_);
    Tensor error{Words(gradient.size()), quantizer_.quantizer().scale_exponent(largest)};
    const QuantizeCounts counts =
        quantizer_(gradient, error.k, random_stream(step.settings.step, 0), error.words, place);
    step.report.errors += {counts.underflowed, counts.saturated};
    return error;
  }

  Tensor weight_gradient(std::size_t l, const Tensor& activations, const Tensor& error, int count,
                         Step& step) {
    Layer& layer = layers_[l];
    Tensor error_t{{}, error.k};
    transposed_.resize(activations.words.size());
    transpose(activations.words, count, layer.inputs, transposed_, threads_);
    error_t.words.resize(error.words.size());
    transpose(error.words, count, layer.outputs, error_t.words, threads_);
    return product(Pass::kWeightGradient, l, {layer.inputs, layer.outputs, count}, transposed_, activations.k,
                   error_t, {}, false, false, {}, layer.gradient_scale,
                   step.report.weight_gradient_saturations, step.report.gradients, step);
  }

  /// The error of the layer before: the derivative of ReLU is 1 where its output is not word 0.
  Tensor input_gradient(std::size_t l, const Tensor& activations, const Tensor& error, int count,
                        Step& step) {
    Layer& layer = layers_[l];
    const std::span<const Word> weights =
        on_one_scale(design_, *layer.weights, one_scale_, step.report.weight_underflows);
    transposed_.resize(weights.size());
    transpose(weights, layer.outputs, layer.inputs, transposed_, threads_);
    std::vector<std::uint8_t> mask(activations.words.size());
    for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = activations.words[i] != 0 ? 1 : 0;
    return product(Pass::kInputGradient, l, {layer.inputs, count, layer.outputs}, transposed_,
                   layer.weights->scale(), error, {}, false, false, mask, layer.error_scale,
                   step.report.input_gradient_saturations, step.report.errors, step);
  }

  /// Gradient of the biases: the errors' sum over the batch, sample after sample.
  std::vector<float> sum_columns(const Tensor& error, int outputs) const {
    const std::vector<float> table = quantizer_.quantizer().dequantize_table(error.k);
    std::vector<float> sums(static_cast<std::size_t>(outputs), 0.0F);
    for (std::size_t start = 0; start < error.words.size(); start += sums.size()) {
      for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += table[error.words[start + i]];
    }
    return sums;
  }

  void update(std::size_t l, const Tensor& gradient, std::span<const float> bias_gradient, Step& step) {
    Layer& layer = layers_[l];
    UpdateRecord record{.step = step.settings.step,
                        .layer = static_cast<int>(l),
                        .settings = {},
                        .before = {},
                        .after = {},
                        .gradient = {}};
    const bool wanted = recorded(step, l) && design_.update.kind == UpdateKind::kMadam;
    layer.weights->update(gradient.words, gradient.k, step.settings, wanted ? &record : nullptr);
    if (wanted) step.trace->updates.push_back(std::move(record));
    const double rate = tensor_rate(experiment_.optimizer);
    largest_magnitude(bias_gradient, {"gradient of " + layer_name(l) + ".bias", step.settings.step});
    layer.bias_optimizer.step(layer.bias, bias_gradient, rate * step.settings.factor, step.settings.step + 1,
                              threads_);
    step.report.weight_underflows += layer.weights->underflows();
  }

  Experiment experiment_;
  Design design_;
  const Parallel& threads_;
  Gemm gemm_;
  TensorPostProcessor post_;
  TensorQuantizer quantizer_;
  std::vector<Layer> layers_;
  int pixel_scale_ = 0;
  Words pixel_words_;
  std::vector<std::int32_t> acc_;  ///< of the last product
  Words transposed_, one_scale_;
};

}  // namespace

std::unique_ptr<Network> make_quantized_mlp(const Experiment& experiment, const Design& design,
                                            const Parallel& threads) {
  return std::make_unique<QuantizedMlp>(experiment, design, threads);
}

}  // namespace napier
