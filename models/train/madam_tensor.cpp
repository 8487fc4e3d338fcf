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
  MadamUpdate::Addend log2_beta, log2_one_minus_beta;
  std::int32_t log2_bound;
  std::int32_t moment_shift, noise_shift;
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
template <bool kStochasticStep, bool kStochasticMoment, bool kWhole>
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

    std::uint32_t random = 0;
    if constexpr (kStochasticStep || kStochasticMoment)
      random = RoundingNoise::bits(first + static_cast<std::uint32_t>(i), p.round_keys);

    const std::int32_t v = moments[i];
    const std::int32_t decayed = v + p.log2_beta.whole;
    const std::int32_t fresh = 2 * log2_g + p.log2_one_minus_beta.whole;
    const std::int32_t distance = larger(decayed - fresh, fresh - decayed);
    std::int32_t gain = gaussian[smaller(distance >> p.gaussian_shift, p.gaussian_last)];
    std::int32_t alone = 0,
                 fading = 0;  // what is added to the fresh and the decayed moment where they stand alone
    if constexpr (kStochasticMoment) {
      const auto noise = static_cast<std::int32_t>((random & 0xFFFFU) >> p.noise_shift);
      const std::int32_t rest = decayed > fresh ? p.log2_beta.rest : p.log2_one_minus_beta.rest;
      gain = (rest + gain + noise) >> p.moment_shift;
      alone = (p.log2_one_minus_beta.rest + noise) >> p.moment_shift;
      fading = (p.log2_beta.rest + noise) >> p.moment_shift;
    }
    const std::int32_t faded = (v == p.v_zero) | (decayed + fading <= p.v_zero) ? p.v_zero : decayed + fading;
    const std::int32_t joined = v == p.v_zero ? fresh + alone : larger(decayed, fresh) + gain;
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
    const std::uint32_t rounding = kStochasticStep ? random >> 16 : MadamUpdate::kHalf;
    const auto delta = static_cast<std::int32_t>((exact + rounding) >> MadamUpdate::kStepFraction);

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
  update_weights<false, false, false>(weights, moments, gradient, count, 0, p, gaussian, steps, {}, {});
}

NAPIER_VECTOR_CLONES
void update_stochastic(UpdateWord* __restrict weights, std::int32_t* __restrict moments,
                       const Word* __restrict gradient, std::size_t count, std::uint32_t first,
                       const Parameters& p, const std::int32_t* __restrict gaussian,
                       const std::uint32_t* __restrict steps) {
  update_weights<true, false, false>(weights, moments, gradient, count, first, p, gaussian, steps, {}, {});
}

/// The other choices of rounding; no thresholds: steps that are not whole numbers first.
NAPIER_VECTOR_CLONES
void update_otherwise(bool stochastic_step, bool stochastic_moment, UpdateWord* __restrict weights,
                      std::int32_t* __restrict moments, const Word* __restrict gradient, std::size_t count,
                      std::uint32_t first, const Parameters& p, const std::int32_t* __restrict gaussian,
                      const std::uint32_t* __restrict steps, std::span<const std::int32_t> thresholds,
                      std::span<const std::int32_t> logarithms) {
  const int choice = (stochastic_step ? 1 : 0) | (stochastic_moment ? 2 : 0) | (thresholds.empty() ? 0 : 4);
  switch (choice) {
    case 2:
      return update_weights<false, true, false>(weights, moments, gradient, count, first, p, gaussian, steps,
                                                thresholds, logarithms);
    case 3:
      return update_weights<true, true, false>(weights, moments, gradient, count, first, p, gaussian, steps,
                                               thresholds, logarithms);
    case 4:
      return update_weights<false, false, true>(weights, moments, gradient, count, first, p, gaussian, steps,
                                                thresholds, logarithms);
    case 5:
      return update_weights<true, false, true>(weights, moments, gradient, count, first, p, gaussian, steps,
                                               thresholds, logarithms);
    case 6:
      return update_weights<false, true, true>(weights, moments, gradient, count, first, p, gaussian, steps,
                                               thresholds, logarithms);
    case 7:
      return update_weights<true, true, true>(weights, moments, gradient, count, first, p, gaussian, steps,
                                              thresholds, logarithms);
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
      .moment_shift = unit_.moment_fraction() - fraction_,
      .noise_shift = 16 - (unit_.moment_fraction() - fraction_),
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
    if (unit_.stochastic_moment() || !unit_.whole_thresholds().empty()) {
      update_otherwise(unit_.stochastic_step(), unit_.stochastic_moment(), w, moments, g, count, first, p,
                       gaussian_.data(), steps_.data(), unit_.whole_thresholds(), unit_.whole_logarithms());
    } else if (unit_.stochastic_step()) {
      update_stochastic(w, moments, g, count, first, p, gaussian_.data(), steps_.data());
    } else {
      update_nearest(w, moments, g, count, p, gaussian_.data(), steps_.data());
    }
  });
}

}  // namespace napier
