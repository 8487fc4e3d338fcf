#include "models/train/update_grid.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "models/format/constants.hpp"
#include "models/format/float_bits.hpp"

namespace napier {
namespace {

constexpr int kCellBits = kMantissaBits - 8;

std::vector<std::uint32_t> fractions(const std::vector<float>& values) {
  std::vector<std::uint32_t> result;
  for (const float v : values) result.push_back(std::bit_cast<std::uint32_t>(v) & kFractionMask);
  return result;
}

}  // namespace

UpdateGrid::Levels::Levels(std::vector<std::uint32_t> sorted) : thresholds(std::move(sorted)) {
  for (std::uint32_t cell = 0; cell < first.size(); ++cell) {
    const auto at = std::upper_bound(thresholds.begin(), thresholds.end(), cell << kCellBits);
    first[cell] = static_cast<std::uint32_t>(at - thresholds.begin());
  }
}

int UpdateGrid::Levels::passed(std::uint32_t fraction) const {
  const std::uint32_t cell = fraction >> kCellBits;
  const auto next =
      std::upper_bound(thresholds.begin() + first[cell], thresholds.begin() + first[cell + 1], fraction);
  return static_cast<int>(next - thresholds.begin());
}

UpdateGrid::UpdateGrid(const Design& design)
    : reserved_zero_(design.format.zero == ZeroCode::kReserved),
      gamma_log2_(design.format.gamma_log2 + design.update.bits - design.format.bits),
      finer_log2_(design.update.bits - design.format.bits),
      max_code_((1 << (design.update.bits - 1)) - 1),
      values_(float_code_values(gamma_log2_)),
      halfway_(float_thresholds(gamma_log2_, design.format.rounding)),
      starts_(fractions(values_)) {}

UpdateWord UpdateGrid::word(float x, int code) const {
  const int kept = std::clamp(code, 0, max_code_);
  if (kept == 0 && reserved_zero_) return 0;
  return static_cast<UpdateWord>((std::signbit(x) ? max_code_ + 1 : 0) | kept);
}

int UpdateGrid::nearest_code(float x, int scale) const {
  const Split s = split(magnitude_bits(x));
  return s.exponent * (1 << gamma_log2_) + halfway_.passed(s.fraction) - scale * finer() + max_code_;
}

UpdateWord UpdateGrid::nearest(float x, int scale) const {
  return magnitude_bits(x) == 0 ? 0 : word(x, nearest_code(x, scale));
}

UpdateWord UpdateGrid::stochastic(float x, int scale, std::uint32_t random) const {
  const std::uint32_t magnitude = magnitude_bits(x);
  if (magnitude == 0) return 0;
  const Split s = split(magnitude);
  const int r = starts_.passed(s.fraction) - 1;  // the first start is fraction 0
  const int below = s.exponent * (1 << gamma_log2_) + r - scale * finer() + max_code_;
  if (below < 1 && reserved_zero_) {
    const double part = std::bit_cast<float>(magnitude) / double{value(1, scale)};
    return word(x, random < part * 0x1p32 ? 1 : 0);
  }
  const auto at = static_cast<std::size_t>(r);
  const std::uint32_t start = starts_.thresholds[at];
  const std::uint32_t end = at + 1 < values_.size() ? starts_.thresholds[at + 1] : kFractionMask + 1;
  const bool up = std::uint64_t{random} * (end - start) < std::uint64_t{s.fraction - start} << 32;
  return word(x, below + (up ? 1 : 0));
}

float UpdateGrid::value(UpdateWord word, int scale) const {
  const int code = word & max_code_;
  if (code == 0 && reserved_zero_) return 0;
  const int level = code - max_code_ + scale * finer();
  const float octave = values_[static_cast<std::size_t>(level & ((1 << gamma_log2_) - 1))];
  const float magnitude = std::ldexp(octave, level >> gamma_log2_);
  return word > max_code_ ? -magnitude : magnitude;
}

}  // namespace napier
