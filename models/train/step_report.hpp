#pragma once
#include <cstdint>

#include "models/train/tensor_post_processor.hpp"

namespace napier {

/// When and how strongly weights move.
struct StepSettings {
  std::int64_t step = 0;  ///< counted from 0
  double factor = 1.0;    ///< of the schedule
};

/// What one step did.
struct StepReport {
  double loss = 0;           ///< mean cross entropy of the batch's predictions, nats
  std::int64_t correct = 0;  ///< predictions whose largest logit is their label's
  std::int64_t forward_saturations = 0, input_gradient_saturations = 0, weight_gradient_saturations = 0;
  std::int64_t weight_underflows = 0;  ///< weights whose operand is zero, after the step or on one scale
  PostCounts activations, errors, gradients;
  std::int64_t macs = 0;  ///< multiply-accumulates of the matrix products
};

}  // namespace napier
