#include "models/train/integer_madam.hpp"

#include <algorithm>
#include <cmath>

#include "models/base/error.hpp"
#include "models/train/host_math.hpp"
#include "models/train/host_optimizer.hpp"

namespace napier {
namespace {

constexpr std::size_t kPiece = 16384;  // weights a thread takes at once

}  // namespace

IntegerMadam::IntegerMadam(int bits, float largest, double bound, double second_moment,
                           std::span<const float> initial)
    : max_k_((1 << bits) - 1),
      bound_(static_cast<float>(bound)),
      decay_(static_cast<float>(second_moment)),
      largest_(largest),
      mean_squares_(initial.size()) {
  if (!(largest_ > 0)) throw InternalError("integer Madam needs a largest magnitude above zero");
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

void IntegerMadam::step(std::span<const float> gradient, double rate, std::int64_t time,
                        const Parallel& threads) {
  constexpr double kLn2 = 0x1.62e42fefa39efp-1;
  const auto scale = static_cast<float>(rate * kLn2 / kResolution);
  const auto correction = static_cast<float>(bias_correction(decay_, time));
  const auto pieces = static_cast<int>((weights_.size() + kPiece - 1) / kPiece);
  threads.for_each(pieces, [&](int i) {
    const std::size_t first = static_cast<std::size_t>(i) * kPiece;
    step_piece(gradient, scale, correction, first, std::min(first + kPiece, weights_.size()));
  });
}

void IntegerMadam::step_piece(std::span<const float> gradient, float scale, float correction,
                              std::size_t first, std::size_t last) {
  for (std::size_t i = first; i < last; ++i) {
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
