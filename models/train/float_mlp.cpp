// The perceptron in FP32: OpenBLAS on one thread, whose results depend on its core type but not on ours.
#include <cblas.h>

#include "models/format/quantizer.hpp"
#include "models/train/host_optimizer.hpp"
#include "models/train/master_weights.hpp"
#include "models/train/network.hpp"
#include "models/train/state_archive.hpp"
#include "models/train/weight_arrays.hpp"

namespace napier {
namespace {

using Floats = std::vector<float>;

struct Layer {
  int inputs, outputs;
  MasterWeights weights;  ///< outputs x inputs
  Floats bias;
  HostOptimizer bias_optimizer;
};

/// c (rows x columns) = op(a) op(b), row-major; `inner` is the length of the sums.
void multiply(CBLAS_TRANSPOSE op_a, CBLAS_TRANSPOSE op_b, int rows, int columns, int inner,
              std::span<const float> a, std::span<const float> b, Floats& c) {
  c.resize(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns));
  cblas_sgemm(CblasRowMajor, op_a, op_b, rows, columns, inner, 1.0F, a.data(),
              op_a == CblasNoTrans ? inner : rows, b.data(), op_b == CblasNoTrans ? columns : inner, 0.0F,
              c.data(), columns);
}

class FloatMlp : public Network {
 public:
  FloatMlp(const Experiment& experiment, const Design& design, const Parallel& threads)
      : optimizer_(experiment.optimizer), threads_(threads) {
    openblas_set_num_threads(1);
    const auto initial = initial_weights(experiment), biases = initial_biases(experiment);
    for (std::size_t l = 0; l < initial.size(); ++l) {
      const std::vector<float>& bias = biases[l];
      const HostParameters& host = optimizer_.host;
      layers_.push_back(
          {.inputs = experiment.network.layers[l],
           .outputs = experiment.network.layers[l + 1],
           .weights = MasterWeights(design, optimizer_, static_cast<int>(l), initial[l]),
           .bias = bias,
           .bias_optimizer = HostOptimizer(host, tensor_rule(optimizer_), design.update.bound, bias)});
    }
  }

  StepReport train(const Batch& batch, const StepSettings& settings, Trace*) override {
    StepReport report;
    std::vector<Floats> activations;
    const Floats logits = forward(batch, activations);
    Floats error(logits.size());
    softmax_cross_entropy(std::vector<double>(logits.begin(), logits.end()), batch.labels,
                          layers_.back().outputs, error, report);
    for (std::size_t l = layers_.size(); l-- > 0;) {
      Layer& layer = layers_[l];
      Floats gradient;
      multiply(CblasTrans, CblasNoTrans, layer.outputs, layer.inputs, batch.count, error, activations[l],
               gradient);
      Floats bias_gradient(layer.bias.size(), 0.0F);
      for (std::size_t i = 0; i < error.size(); ++i) bias_gradient[i % bias_gradient.size()] += error[i];
      Floats next;
      if (l > 0) {
        multiply(CblasNoTrans, CblasNoTrans, batch.count, layer.inputs, layer.outputs, error,
                 layer.weights.values(), next);
        for (std::size_t i = 0; i < next.size(); ++i) next[i] = activations[l][i] > 0.0F ? next[i] : 0.0F;
      }
      const double rate = tensor_rate(optimizer_) * settings.factor;
      const std::string name = layer_name(l);
      largest_magnitude(gradient, {"gradient of " + name + ".weight", settings.step});
      largest_magnitude(bias_gradient, {"gradient of " + name + ".bias", settings.step});
      layer.weights.update(gradient, settings, threads_);
      layer.bias_optimizer.step(layer.bias, bias_gradient, rate, settings.step + 1, threads_);
      error = std::move(next);
    }
    report.macs = std::int64_t{batch.count} *
                  (3 * weights() - static_cast<std::int64_t>(layers_.front().weights.values().size()));
    return report;
  }

  std::int64_t weights() const override {
    std::int64_t sum = 0;
    for (const Layer& layer : layers_) sum += static_cast<std::int64_t>(layer.weights.values().size());
    return sum;
  }

  TestReport test(const Batch& batch) override {
    StepReport report;
    std::vector<Floats> activations;
    const Floats logits = forward(batch, activations);
    softmax_cross_entropy(std::vector<double>(logits.begin(), logits.end()), batch.labels,
                          layers_.back().outputs, {}, report);
    return {report.loss, report.correct};
  }

  std::string kernel() const override { return "openblas"; }

  std::vector<Array> arrays() const override {
    std::vector<Array> all;
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const Layer& layer = layers_[l];
      const std::string name = layer_name(l);
      append_matrix(name + ".weight", layer.outputs, layer.inputs, layer.weights.values(), all);
      append_tensor(name + ".bias", layer.bias, all);
    }
    return all;
  }

  void exchange(StateArchive& archive) override {
    for (Layer& layer : layers_) {
      layer.weights.exchange(archive, "weights");
      archive.fixed_list("bias", layer.bias);
      layer.bias_optimizer.exchange(archive);
    }
  }

 private:
  static std::string layer_name(std::size_t l) { return "fc" + std::to_string(l + 1); }

  /// Fills the activations of all layers' inputs; returns the logits.
  Floats forward(const Batch& batch, std::vector<Floats>& activations) const {
    Floats x(batch.inputs.size());
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(batch.inputs[i]) / 255.0F;
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const Layer& layer = layers_[l];
      Floats y;
      multiply(CblasNoTrans, CblasTrans, batch.count, layer.outputs, layer.inputs, x, layer.weights.values(),
               y);
      const bool relu = l + 1 < layers_.size();
      for (std::size_t i = 0; i < y.size(); ++i) {
        y[i] += layer.bias[i % layer.bias.size()];
        if (relu && !(y[i] > 0.0F)) y[i] = 0.0F;
      }
      activations.push_back(std::move(x));
      x = std::move(y);
    }
    return x;
  }

  OptimizerParameters optimizer_;
  const Parallel& threads_;
  std::vector<Layer> layers_;
};

}  // namespace

std::unique_ptr<Network> make_float_mlp(const Experiment& experiment, const Design& design,
                                        const Parallel& threads) {
  return std::make_unique<FloatMlp>(experiment, design, threads);
}

}  // namespace napier
