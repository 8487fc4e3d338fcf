#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "explore/measure/measurement.hpp"
#include "models/trace/trace.hpp"

namespace napier::explore {

/// How a step makes new weights.
enum class StepRule {
  kGradientDescent,     ///< W' = W - eta g
  kMultiplicative,      ///< log2|W'| = log2|W| - eta g sign(W)
  kSignMultiplicative,  ///< log2|W'| = log2|W| - eta sign(g) sign(W)
};

/// A tensor and its gradient, as a run has them.
struct StepTensors {
  std::vector<double> weights;  ///< none zero
  std::vector<double> gradient;
};

/// The tensors of all updates of a trace whose weights' scale a forward product of the same layer and step
/// tells. InputError where there is none.
std::vector<StepTensors> step_tensors(const Trace& trace);

struct UpdateErrorPoint {
  StepRule rule = StepRule::kGradientDescent;
  int gamma_log2 = 0;
  double eta = 0;
  double mean = 0;  ///< of r over repetitions
  double low = 0, high = 0;
  double bound = 0;  ///< of the expectation of r
};

/// The error r = || log2|W_q| - log2|W'| ||^2 that rounding a step to gamma = 2^gamma_log2 codes an octave
/// makes: W starts on that grid, W' is the exact step and W_q has log2 rounded up or down at random so that
/// its mean is log2|W'|. Expectation of a weight's share: p (1 - p) / gamma^2, p the fraction of gamma
/// log2|W'|, which is at most the distance of gamma log2|W'| from any whole number. Hence the bounds, with
/// ||x||_1 <= sqrt(d) ||x||:
///   gradient descent:     sqrt(d) / gamma || log2|W'| ||   (distance from 0)
///   multiplicative:       sqrt(d) eta / gamma || g ||      (distance from the start, a code)
///   sign multiplicative:  d eta / gamma
/// (Zhao et al. 2022, doi 10.1109/TC.2022.3202747.) A W' of zero has no logarithm and is left out.
/// `quantiser_gamma_log2`: of the grid that rounds, gamma_log2 unless a test coarsens it.
UpdateErrorPoint update_error(const StepTensors& tensors, StepRule rule, int gamma_log2, double eta,
                              int repetitions, std::uint32_t seed, int quantiser_gamma_log2);

/// Over gamma = 8..2048 at eta 0.01 and over eta = 0.001..0.3 at gamma 2048, all tensors of the trace taken
/// together.
Measurement measure_update_error(const Trace& trace, const std::string& file, int repetitions,
                                 std::uint32_t seed);

}  // namespace napier::explore
