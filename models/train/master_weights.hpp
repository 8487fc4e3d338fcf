#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/base/random.hpp"
#include "models/design/design.hpp"
#include "models/train/host_optimizer.hpp"
#include "models/train/step_report.hpp"

namespace napier {

class StateArchive;

/// Weights that the host keeps from step to step in update.master. A step is made by the host's rule in FP32
/// and its result rounded by update.master_rounding:
///   nearest:    ties to even;
///   stochastic: with words of Philox, seed update.seed, counter (element / 4, step, tensor, 2^31);
///   kahan:      to nearest, and what the rounding added is kept in the same format and taken off before the
///               next step: Kahan's compensated sum (Zamirai et al., "Revisiting BFloat16 Training", 2020).
class MasterWeights {
 public:
  /// `tensor` counts the network's weight tensors from 0. InputError for initial weights that are all zero
  /// where Madam moves them.
  MasterWeights(const Design& design, const OptimizerParameters& optimizer, int tensor,
                std::span<const float> initial);

  /// Numbers of the master format.
  std::span<const float> values() const { return values_; }
  /// gradient: as many finite numbers as there are weights.
  void update(std::span<const float> gradient, const StepSettings& settings, const Parallel& threads);
  /// `name` identifies the weights in the archive.
  void exchange(StateArchive& archive, const std::string& name);

 private:
  void round(std::int64_t step);
  Update update_;
  double rate_;
  std::uint32_t tensor_;
  Philox random_;
  HostOptimizer optimizer_;
  std::vector<float> values_;
  std::vector<float> excess_;  ///< kahan: what the last rounding added
  std::vector<float> moved_;   ///< the weights before they are rounded
};

}  // namespace napier
