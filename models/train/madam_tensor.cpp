#include "models/train/madam_tensor.hpp"

#include <algorithm>
#include <cstdlib>

#include "models/base/vector_clones.hpp"

namespace napier {
namespace {

constexpr std::size_t kPiece = 16384;  // elements a thread takes at once

struct Parameters {
  std::int32_t max_gradient_code, gradient_exponent, code_shift;
  bool reserved_zero;
  std::int32_t log2_beta, log2_one_minus_beta, log2_bound;
  std::int32_t v_zero, v_max;
  std::int32_t gaussian_shift, gaussian_last;
  std::int32_t correction, step_log2;
  std::int32_t step_half, step_shift, step_lowest, step_last;
  std::int32_t sign_bit, cap;
  RoundingNoise::RoundKeys round_keys;
};

std::int32_t smaller(std::int32_t a, std::int32_t b) { return a < b ? a : b; }
std::int32_t larger(std::int32_t a, std::int32_t b) { return a > b ? a : b; }

/// MadamUpdate::operator() without branches. `first`: index of the piece's first weight. The choices are
/// template arguments so that neither costs the other its loop.
template <bool kStochastic, bool kWhole>
inline __attribute__((always_inline)) void update_weights(
    UpdateWord* __restrict weights, std::int32_t* __restrict moments, const Word* __restrict gradient,
    std::size_t count, std::uint32_t first, const Parameters& p, const std::int32_t* __restrict gaussian,
    const std::uint32_t* __restrict steps, std::span<const std::int32_t> thresholds,
    std::span<const std::int32_t> logarithms) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::int32_t g = gradient[i];
    const std::int32_t code = g & p.max_gradient_code;
    const bool zero = p.reserved_zero & (code == 0);
    const std::int32_t log2_g = (code + p.gradient_exponent) << p.code_shift;

    const std::int32_t v = moments[i];
    const std::int32_t decayed = v + p.log2_beta;
    const std::int32_t faded = (v == p.v_zero) | (decayed <= p.v_zero) ? p.v_zero : decayed;
    const std::int32_t fresh = 2 * log2_g + p.log2_one_minus_beta;
    const std::int32_t distance = larger(decayed - fresh, fresh - decayed);
    const std::int32_t gain = gaussian[smaller(distance >> p.gaussian_shift, p.gaussian_last)];
    const std::int32_t joined = v == p.v_zero ? fresh : larger(decayed, fresh) + gain;
    const std::int32_t kept = smaller(larger(joined, p.v_zero + 1), p.v_max);

    const std::int32_t normalised = smaller(log2_g - ((kept - p.correction) >> 1), p.log2_bound);
    std::int32_t step_log2 = normalised + p.step_log2;
    if constexpr (kWhole) {
      step_log2 = MadamUpdate::kNoStep;
      for (std::size_t n = 0; n < thresholds.size(); ++n) {
        step_log2 = normalised >= thresholds[n] ? logarithms[n] + p.step_log2 : step_log2;
      }
    }
    const std::int32_t exponent = (step_log2 + p.step_half) >> p.step_shift;
    const std::uint32_t exact = steps[smaller(larger(exponent - p.step_lowest, 0), p.step_last)];
    std::uint32_t noise = MadamUpdate::kHalf;
    if constexpr (kStochastic)
      noise = RoundingNoise::bits(first + static_cast<std::uint32_t>(i), p.round_keys) >> 16;
    const auto delta = static_cast<std::int32_t>((exact + noise) >> MadamUpdate::kStepFraction);

    const std::int32_t weight = weights[i];
    const std::int32_t old_code = weight & (p.sign_bit - 1);
    const bool shrink = ((weight & p.sign_bit) != 0) == (g > p.max_gradient_code);
    const std::int32_t moved = smaller(larger(shrink ? old_code - delta : old_code + delta, 1), p.cap);
    weights[i] = static_cast<UpdateWord>(zero ? weight : (weight & p.sign_bit) | moved);
    moments[i] = zero ? faded : kept;
  }
}

NAPIER_VECTOR_CLONES
void update_nearest(UpdateWord* __restrict weights, std::int32_t* __restrict moments,
                    const Word* __restrict gradient, std::size_t count, const Parameters& p,
                    const std::int32_t* __restrict gaussian, const std::uint32_t* __restrict steps) {
  update_weights<false, false>(weights, moments, gradient, count, 0, p, gaussian, steps, {}, {});
}

NAPIER_VECTOR_CLONES
void update_stochastic(UpdateWord* __restrict weights, std::int32_t* __restrict moments,
                       const Word* __restrict gradient, std::size_t count, std::uint32_t first,
                       const Parameters& p, const std::int32_t* __restrict gaussian,
                       const std::uint32_t* __restrict steps) {
  update_weights<true, false>(weights, moments, gradient, count, first, p, gaussian, steps, {}, {});
}

NAPIER_VECTOR_CLONES
void update_whole(bool stochastic, UpdateWord* __restrict weights, std::int32_t* __restrict moments,
                  const Word* __restrict gradient, std::size_t count, std::uint32_t first,
                  const Parameters& p, const std::int32_t* __restrict gaussian,
                  const std::uint32_t* __restrict steps, std::span<const std::int32_t> thresholds,
                  std::span<const std::int32_t> logarithms) {
  if (stochastic) {
    update_weights<true, true>(weights, moments, gradient, count, first, p, gaussian, steps, thresholds,
                               logarithms);
  } else {
    update_weights<false, true>(weights, moments, gradient, count, first, p, gaussian, steps, thresholds,
                                logarithms);
  }
}

}  // namespace

MadamTensor::MadamTensor(const Design& design)
    : unit_(design),
      format_(design.format),
      update_bits_(design.update.bits),
      v_bits_(design.update.v_bits),
      fraction_(design.update.v_fraction),
      gaussian_(unit_.gaussian_table().begin(), unit_.gaussian_table().end()),
      lowest_exponent_(-(MadamUpdate::kStepFraction + 1) * format_.gamma()) {
  gaussian_.push_back(0);
  const int dropped = fraction_ - format_.gamma_log2;
  // The ends of the table stand for all exponents beyond: no step, and the largest.
  for (int e = lowest_exponent_ - 1; e <= update_bits_ * format_.gamma(); ++e) {
    steps_.push_back(unit_.exact_step(e * (1 << dropped)));
  }
  lowest_exponent_ -= 1;
}

void MadamTensor::update(std::span<UpdateWord> weights, std::span<std::int32_t> v,
                         std::span<const Word> gradient, const MadamSettings& settings,
                         const Parallel& threads) const {
  const int dropped = fraction_ - format_.gamma_log2;
  const Parameters p{
      .max_gradient_code = format_.max_code(),
      .gradient_exponent = settings.gradient_exponent,
      .code_shift = dropped,
      .reserved_zero = format_.zero == ZeroCode::kReserved,
      .log2_beta = unit_.log2_beta(),
      .log2_one_minus_beta = unit_.log2_one_minus_beta(),
      .log2_bound = unit_.log2_bound(),
      .v_zero = unit_.zero_v(),
      .v_max = (1 << (v_bits_ - 1)) - 1,
      .gaussian_shift = fraction_ - 4,
      .gaussian_last = static_cast<std::int32_t>(gaussian_.size()) - 1,
      .correction = settings.correction,
      .step_log2 = settings.step_log2,
      .step_half = 1 << (dropped - 1),
      .step_shift = dropped,
      .step_lowest = lowest_exponent_,
      .step_last = static_cast<std::int32_t>(steps_.size()) - 1,
      .sign_bit = 1 << (update_bits_ - 1),
      .cap = settings.cap,
      .round_keys = RoundingNoise(static_cast<std::uint64_t>(settings.noise_key)).round_keys()};
  const auto pieces = static_cast<int>((weights.size() + kPiece - 1) / kPiece);
  threads.for_each(pieces, [&](int i) {
    const std::size_t start = static_cast<std::size_t>(i) * kPiece;
    const std::size_t count = std::min(kPiece, weights.size() - start);
    UpdateWord* w = weights.data() + start;
    std::int32_t* moments = v.data() + start;
    const Word* g = gradient.data() + start;
    const auto first = static_cast<std::uint32_t>(start);
    if (!unit_.whole_thresholds().empty()) {
      update_whole(unit_.stochastic(), w, moments, g, count, first, p, gaussian_.data(), steps_.data(),
                   unit_.whole_thresholds(), unit_.whole_logarithms());
    } else if (unit_.stochastic()) {
      update_stochastic(w, moments, g, count, first, p, gaussian_.data(), steps_.data());
    } else {
      update_nearest(w, moments, g, count, p, gaussian_.data(), steps_.data());
    }
  });
}

}  // namespace napier
