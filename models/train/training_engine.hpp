#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "models/base/parallel.hpp"
#include "models/design/design.hpp"
#include "models/interop/array.hpp"
#include "models/nn/engine.hpp"
#include "models/train/experiment.hpp"
#include "models/train/host_optimizer.hpp"
#include "models/train/step_report.hpp"

namespace napier {

class StateArchive;

/// An engine that trains: it counts what its arithmetic loses, keeps the gradients of a step and moves all
/// parameters by them. Host tensors are the same for every arithmetic and live here; matrices in the engine
/// of each format.
///
/// Contract: begin(); a pass over a batch by the network's layers, forward and, where parameters are to move,
/// backward; update() after the latter.
class TrainingEngine : public nn::Engine<float> {
 public:
  TrainingEngine(const OptimizerParameters& optimizer, const Parallel& threads)
      : optimizer_(optimizer), threads_(threads) {}

  /// Starts a pass. `learning`: scales are remembered; else nothing changes. `report` must live until the
  /// pass is done.
  void begin(const StepSettings& settings, bool learning, StepReport& report);
  /// Moves matrices and host tensors by the gradients of this pass. A NaN or infinity among them is an
  /// InputError that names tensor and step; a matrix without a gradient an InternalError.
  void update();
  /// Saves or restores parameters, optimisers and scales.
  void exchange(StateArchive& archive);
  /// All parameters, as Network::arrays() says.
  std::vector<Array> arrays() const;
  /// Elements of all matrices.
  virtual std::int64_t weights() const = 0;
  /// What multiplies: the name of the kernel.
  virtual std::string kernel() const = 0;

  nn::HostTensor<float>& host_tensor(const std::string& name, std::vector<float> initial) final;

 protected:
  virtual void update_matrices() = 0;
  virtual void exchange_matrices(StateArchive& archive) = 0;
  virtual void append_matrices(std::vector<Array>& all) const = 0;

  const OptimizerParameters& optimizer() const { return optimizer_; }
  const Parallel& threads() const { return threads_; }
  const StepSettings& settings() const { return settings_; }
  bool learning() const { return learning_; }
  StepReport& report() { return *report_; }

 private:
  struct Tensor {
    nn::HostTensor<float> tensor;
    HostOptimizer optimizer;
  };
  OptimizerParameters optimizer_;
  const Parallel& threads_;
  StepSettings settings_;
  bool learning_ = false;
  StepReport* report_ = nullptr;
  std::vector<std::unique_ptr<Tensor>> tensors_;
};

/// The engine of the design's format. `threads` must outlive it.
std::unique_ptr<TrainingEngine> make_engine(const Design& design, const OptimizerParameters& optimizer,
                                            const Parallel& threads);

/// InternalError unless `size` is `wanted`.
void require_size(std::string_view what, std::size_t size, std::size_t wanted);

}  // namespace napier
