#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/base/parallel.hpp"
#include "models/train/experiment.hpp"

namespace napier {

class StateArchive;

/// FP32 optimisation of one tensor on the host. Rules, with rate = learning rate times the schedule's factor:
///   sgd:   m = momentum m + g;  w -= rate m
///   adam:  m, s = decayed means of g, g^2;  w -= rate (m / (1 - b1^t)) / (sqrt(s / (1 - b2^t)) + 1e-8)
///   madam: s = decayed mean of g^2;  g* = g / sqrt(s / (1 - b2^t)), at most `bound` in magnitude;
///          w *= 2^(-rate g* sign(w)), and |w| at most 3 RMS of the initial tensor (Bernstein et al. 2020)
class HostOptimizer {
 public:
  /// `bound`: largest |g*| of Madam.
  HostOptimizer(const HostParameters& parameters, HostRule rule, double bound,
                std::span<const float> initial);

  /// One step, counted from 1 by `time`.
  void step(std::span<float> weights, std::span<const float> gradient, double rate, std::int64_t time,
            const Parallel& threads);
  void exchange(StateArchive& archive);

 private:
  HostParameters parameters_;
  HostRule rule_;
  double bound_;
  float cap_;
  std::vector<float> first_, second_;
};

/// The learning rate of a rule before the schedule: host.learning_rate, or Madam's 2^-learning_rate_shift.
double base_rate(const OptimizerParameters& optimizer, HostRule rule);

/// The rule of biases and other host tensors: optimizer.tensors.rule, or that of the weights, or SGD beside
/// Madam, which cannot move what starts at zero.
HostRule tensor_rule(const OptimizerParameters& optimizer);
/// Their learning rate before the schedule.
double tensor_rate(const OptimizerParameters& optimizer);

/// 1 / (1 - beta^time), what a decayed mean that started from zero is multiplied with after `time` steps.
double bias_correction(double beta, std::int64_t time);

/// sqrt(mean of squares), summed in order.
double root_mean_square(std::span<const float> values);

}  // namespace napier
