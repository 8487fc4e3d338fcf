#include "models/train/host_optimizer.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "models/base/vector_clones.hpp"
#include "models/train/state_archive.hpp"

namespace napier {
namespace {

constexpr std::size_t kPiece = 16384;  // elements a thread takes at once

NAPIER_VECTOR_CLONES
void sgd(float* __restrict w, float* __restrict m, const float* __restrict g, std::size_t count, float rate,
         float momentum) {
  for (std::size_t i = 0; i < count; ++i) {
    m[i] = momentum * m[i] + g[i];
    w[i] -= rate * m[i];
  }
}

struct Moments {
  float first_decay, second_decay;
  float first_correction, second_correction;  ///< 1 / (1 - beta^t)
};

NAPIER_VECTOR_CLONES
void adam(float* __restrict w, float* __restrict m, float* __restrict s, const float* __restrict g,
          std::size_t count, float rate, Moments p) {
  for (std::size_t i = 0; i < count; ++i) {
    m[i] = p.first_decay * m[i] + (1.0F - p.first_decay) * g[i];
    s[i] = p.second_decay * s[i] + (1.0F - p.second_decay) * g[i] * g[i];
    w[i] -= rate * (m[i] * p.first_correction) / (std::sqrt(s[i] * p.second_correction) + 1e-8F);
  }
}

/// 2^x for |x| <= 1000, within 2^-50 of it relatively: inline, so that loops over it are compiled for
/// vectors.
inline double exp2_inline(double x) {
  constexpr double kLn2 = 0x1.62e42fefa39efp-1;
  const double octaves = std::floor(x + 0.5);
  const double r = (x - octaves) * kLn2;  // 2^(x - octaves) = e^r, |r| <= 0.35
  double sum = 1.0;                       // Taylor: the first dropped term is r^15/15! < 2^-63
  for (int i = 14; i >= 1; --i) sum = 1.0 + r * sum * (1.0 / i);
  const auto scale = static_cast<std::uint64_t>(static_cast<std::int64_t>(octaves) + 1023) << 52;
  return sum * std::bit_cast<double>(scale);
}

struct MadamSteps {
  double rate, decay, correction, bound, cap;
};

/// Each number is calculated in double and rounded to FP32 once, so that it is the published rule's within a
/// unit in the last place however many steps are made.
NAPIER_VECTOR_CLONES
void madam(float* __restrict w, float* __restrict s, const float* __restrict g, std::size_t count,
           const MadamSteps p) {
  for (std::size_t i = 0; i < count; ++i) {
    const double gradient = g[i], weight = w[i];
    s[i] = static_cast<float>(p.decay * s[i] + (1.0 - p.decay) * gradient * gradient);
    const double size = std::sqrt(s[i] * p.correction);
    const double ratio = gradient / (size > 0.0 ? size : 1.0);
    const double low = ratio < -p.bound ? -p.bound : ratio;
    const double normalised = size > 0.0 ? (low > p.bound ? p.bound : low) : 0.0;
    const double moved = weight * exp2_inline(weight > 0.0 ? -p.rate * normalised : p.rate * normalised);
    const double above = moved < -p.cap ? -p.cap : moved;
    w[i] = static_cast<float>(above > p.cap ? p.cap : above);
  }
}

/// beta^time by squaring: pow differs between C libraries.
double power(double beta, std::int64_t time) {
  double result = 1.0;
  for (; time > 0; time /= 2) {
    if (time % 2 == 1) result *= beta;
    beta *= beta;
  }
  return result;
}

}  // namespace

double base_rate(const OptimizerParameters& optimizer, HostRule rule) {
  return rule == HostRule::kMadam ? std::ldexp(1.0, -optimizer.madam.learning_rate_shift)
                                  : optimizer.host.learning_rate;
}

HostRule tensor_rule(const OptimizerParameters& optimizer) {
  switch (optimizer.tensors.rule) {
    case TensorRule::kSgd:
      return HostRule::kSgd;
    case TensorRule::kAdam:
      return HostRule::kAdam;
    case TensorRule::kAsWeights:
      break;
  }
  return optimizer.host.rule == HostRule::kMadam ? HostRule::kSgd : optimizer.host.rule;
}

double tensor_rate(const OptimizerParameters& optimizer) {
  return optimizer.tensors.learning_rate > 0 ? optimizer.tensors.learning_rate : optimizer.host.learning_rate;
}

double bias_correction(double beta, std::int64_t time) { return 1.0 / (1.0 - power(beta, time)); }

double root_mean_square(std::span<const float> values) {
  double sum = 0.0;
  for (const float x : values) sum += double{x} * double{x};
  return values.empty() ? 0.0 : std::sqrt(sum / static_cast<double>(values.size()));
}

HostOptimizer::HostOptimizer(const HostParameters& parameters, HostRule rule, double bound,
                             std::span<const float> initial)
    : parameters_(parameters),
      rule_(rule),
      bound_(bound),
      cap_(static_cast<float>(3.0 * root_mean_square(initial))) {
  if (rule != HostRule::kMadam) first_.resize(initial.size());
  if (rule != HostRule::kSgd) second_.resize(initial.size());
}

void HostOptimizer::step(std::span<float> weights, std::span<const float> gradient, double rate,
                         std::int64_t time, const Parallel& threads) {
  const Moments p{.first_decay = static_cast<float>(parameters_.momentum),
                  .second_decay = static_cast<float>(parameters_.second_moment),
                  .first_correction = static_cast<float>(bias_correction(parameters_.momentum, time)),
                  .second_correction = static_cast<float>(bias_correction(parameters_.second_moment, time))};
  const auto r = static_cast<float>(rate);
  const auto pieces = static_cast<int>((weights.size() + kPiece - 1) / kPiece);
  threads.for_each(pieces, [&](int i) {
    const std::size_t start = static_cast<std::size_t>(i) * kPiece;
    const std::size_t count = std::min(kPiece, weights.size() - start);
    float* w = weights.data() + start;
    const float* g = gradient.data() + start;
    switch (rule_) {
      case HostRule::kSgd:
        return sgd(w, first_.data() + start, g, count, r, p.first_decay);
      case HostRule::kAdam:
        return adam(w, first_.data() + start, second_.data() + start, g, count, r, p);
      case HostRule::kMadam:
        return madam(w, second_.data() + start, g, count,
                     {.rate = rate,
                      .decay = parameters_.second_moment,
                      .correction = bias_correction(parameters_.second_moment, time),
                      .bound = bound_,
                      .cap = cap_});
    }
  });
}

void HostOptimizer::exchange(StateArchive& archive) {
  archive.fixed_list("first_moment", first_);
  archive.fixed_list("second_moment", second_);
}

}  // namespace napier
