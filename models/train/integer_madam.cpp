#include "models/train/integer_madam.hpp"

#include <algorithm>
#include <cmath>

#include "models/base/error.hpp"
#include "models/train/host_math.hpp"
#include "models/train/host_optimizer.hpp"

namespace napier {

IntegerMadam::IntegerMadam(int bits, double bound, double second_moment, std::span<const float> initial)
    : max_k_((1 << bits) - 1),
      bound_(static_cast<float>(bound)),
      decay_(static_cast<float>(second_moment)),
      largest_(static_cast<float>(3.0 * root_mean_square(initial))),
      mean_squares_(initial.size()) {
  if (!(largest_ > 0)) throw InternalError("initial weights are all zero: Madam could never move them");
  for (int k = 0; k <= max_k_; ++k) {
    magnitudes_.push_back(static_cast<float>(double{largest_} * portable_exp(-kResolution * k)));
  }
  for (const float x : initial) {
    const double magnitude = std::abs(double{x});
    const double k = magnitude > 0 ? -portable_log(magnitude / double{largest_}) / kResolution : max_k_;
    const int code = static_cast<int>(std::clamp(std::floor(k + 0.5), 0.0, double(max_k_)));
    weights_.push_back(static_cast<std::uint16_t>(code + (std::signbit(x) ? max_k_ + 1 : 0)));
  }
}

void IntegerMadam::step(std::span<const float> gradient, double rate, std::int64_t time) {
  constexpr double kLn2 = 0x1.62e42fefa39efp-1;
  const auto scale = static_cast<float>(rate * kLn2 / kResolution);
  const auto correction = static_cast<float>(bias_correction(decay_, time));
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    const float g = gradient[i];
    mean_squares_[i] = decay_ * mean_squares_[i] + (1.0F - decay_) * g * g;
    const float size = std::sqrt(mean_squares_[i] * correction);
    const float normalised = size > 0.0F ? std::clamp(g / size, -bound_, bound_) : 0.0F;
    const int move = static_cast<int>(std::floor(normalised * scale + 0.5F));
    const bool negative = weights_[i] > max_k_;
    const int k = weights_[i] & max_k_;
    const int moved = std::clamp(negative ? k - move : k + move, 0, max_k_);
    weights_[i] = static_cast<std::uint16_t>(moved + (negative ? max_k_ + 1 : 0));
  }
}

}  // namespace napier
