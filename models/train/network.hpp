#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "models/base/parallel.hpp"
#include "models/design/design.hpp"
#include "models/interop/array.hpp"
#include "models/train/experiment.hpp"
#include "models/train/step_report.hpp"
#include "models/train/weights.hpp"

namespace napier {

class StateArchive;
struct Trace;

/// Samples of a batch: pixels 0..255 of images with a label each, or bytes of sequences with the next byte of
/// each.
struct Batch {
  int count = 0;
  std::vector<std::uint8_t> inputs;  ///< count x bytes of a sample
  std::vector<std::uint8_t> labels;  ///< count x predictions of a sample
};

/// What a network makes of samples that it does not learn from.
struct TestReport {
  double loss = 0;           ///< mean cross entropy of the predictions, nats
  std::int64_t correct = 0;  ///< predictions whose largest logit is their label's
};

/// A network in the arithmetic of one design, with softmax and cross entropy at its end.
class Network {
 public:
  virtual ~Network() = default;
  /// One step of training. `trace`: where the step's records go, or null.
  virtual StepReport train(const Batch& batch, const StepSettings& settings, Trace* trace) = 0;
  /// Changes nothing.
  virtual TestReport test(const Batch& batch) = 0;
  /// Weights of all matrices.
  virtual std::int64_t weights() const = 0;
  /// What multiplies: the name of the kernel.
  virtual std::string kernel() const = 0;
  virtual void exchange(StateArchive& archive) = 0;
  /// Weights and biases: of a matrix X its real numbers X, and of lns and int8 their X.words and X.scale
  /// and, from a Madam unit, X.update_words.
  virtual std::vector<Array> arrays() const = 0;
};

/// Initial weights of all layers: those of the ONNX model network.weights, or uniform in +-sqrt(6 / inputs)
/// (He et al. 2015), Philox streams 0, 1, ... of the seed; layer l has layers[l+1] x layers[l] weights,
/// inputs fastest.
std::vector<std::vector<float>> initial_weights(const Experiment& experiment);

/// The biases of all layers beside initial_weights: the model's, or zeros.
std::vector<std::vector<float>> initial_biases(const Experiment& experiment);

/// Images of a data set.
struct ImageShape {
  int height = 28, width = 28;
  int classes = 10;
};

/// The network that the experiment describes in the arithmetic that format.kind asks for. `threads` must
/// outlive it.
std::unique_ptr<Network> make_network(const Experiment& experiment, const Design& design,
                                      const Parallel& threads, const ImageShape& images = {});

/// Softmax, mean cross entropy and its gradient, in double precision and fixed order. logits, gradient:
/// count x classes; gradient = (softmax - one-hot) / count, or empty. Fills loss and correct of the report.
void softmax_cross_entropy(std::span<const double> logits, std::span<const std::uint8_t> labels, int classes,
                           std::span<float> gradient, StepReport& report);

}  // namespace napier
