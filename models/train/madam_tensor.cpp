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
};

std::int32_t smaller(std::int32_t a, std::int32_t b) { return a < b ? a : b; }
std::int32_t larger(std::int32_t a, std::int32_t b) { return a > b ? a : b; }

/// MadamUpdate::operator() without branches.
NAPIER_VECTOR_CLONES
void update_piece(UpdateWord* __restrict weights, std::int32_t* __restrict moments,
                  const Word* __restrict gradient, std::size_t count, const Parameters p,
                  const std::int32_t* __restrict gaussian, const std::int32_t* __restrict steps) {
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
    const std::int32_t exponent = (normalised + p.step_log2 + p.step_half) >> p.step_shift;
    const std::int32_t delta = steps[smaller(larger(exponent - p.step_lowest, 0), p.step_last)];

    const std::int32_t weight = weights[i];
    const std::int32_t old_code = weight & (p.sign_bit - 1);
    const bool shrink = ((weight & p.sign_bit) != 0) == (g > p.max_gradient_code);
    const std::int32_t moved = smaller(larger(shrink ? old_code - delta : old_code + delta, 1), p.cap);
    weights[i] = static_cast<UpdateWord>(zero ? weight : (weight & p.sign_bit) | moved);
    moments[i] = zero ? faded : kept;
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
      lowest_exponent_(-2 * format_.gamma()) {
  gaussian_.push_back(0);
  const int dropped = fraction_ - format_.gamma_log2;
  // The ends of the table stand for all exponents beyond: no step, and the largest.
  for (int e = lowest_exponent_ - 1; e <= update_bits_ * format_.gamma(); ++e) {
    steps_.push_back(unit_.step(e * (1 << dropped)));
  }
  lowest_exponent_ -= 1;
}

void MadamTensor::update(std::span<UpdateWord> weights, std::span<std::int32_t> v,
                         std::span<const Word> gradient, const MadamSettings& settings,
                         const Parallel& threads) const {
  const int dropped = fraction_ - format_.gamma_log2;
  const Parameters p{.max_gradient_code = format_.max_code(),
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
                     .cap = settings.cap};
  const auto pieces = static_cast<int>((weights.size() + kPiece - 1) / kPiece);
  threads.for_each(pieces, [&](int i) {
    const std::size_t start = static_cast<std::size_t>(i) * kPiece;
    const std::size_t count = std::min(kPiece, weights.size() - start);
    update_piece(weights.data() + start, v.data() + start, gradient.data() + start, count, p,
                 gaussian_.data(), steps_.data());
  });
}

}  // namespace napier
