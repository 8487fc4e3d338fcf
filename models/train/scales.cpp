#include "models/train/scales.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "models/design/widths.hpp"
#include "models/format/constants.hpp"
#include "models/train/state_archive.hpp"
#include "models/units/post_processor.hpp"

namespace napier {
namespace {

constexpr int kFraction = 30;

int floor_divide(int a, int b) { return a >= 0 ? a / b : -((-a + b - 1) / b); }

int round_up_to_grid(const Design& design, int k) {
  if (design.format.scale_grid == ScaleGrid::kGamma || !widths::is_lns(design)) return k;
  const int gamma = 1 << design.format.gamma_log2;
  return -floor_divide(-k, gamma) * gamma;
}

int octave(const Design& design) { return widths::is_lns(design) ? 1 << design.format.gamma_log2 : 1; }

}  // namespace

double scale_value(const Design& design, int k) {
  if (!widths::is_lns(design)) return std::ldexp(1.0, k);
  const std::vector<std::uint32_t> constants = octave_constants(design.format.gamma_log2, kFraction);
  const int gamma = 1 << design.format.gamma_log2;
  const int octaves = floor_divide(k, gamma);
  return std::ldexp(static_cast<double>(constants[static_cast<std::size_t>(k - octaves * gamma)]),
                    octaves - kFraction);
}

double accumulator_unit(const Design& design, int k_a, int k_b) {
  if (widths::is_fp8(design)) return std::ldexp(1.0, -bias_k(design, k_a, k_b, 0));
  if (!widths::is_lns(design)) return std::ldexp(1.0, k_a + k_b);
  const LnsFormat f(design.format);
  const int k = k_a + k_b - 2 * f.max_code() + (f.max_quotient() - design.datapath.term_bits) * f.gamma();
  return scale_value(design, k);
}

std::vector<std::int32_t> bias_addends(const Design& design, std::span<const float> bias,
                                       std::span<const double> units) {
  const double high = std::ldexp(1.0, design.datapath.accumulator_bits - 1) - 1;
  std::vector<std::int32_t> addends;
  for (std::size_t i = 0; i < bias.size(); ++i) {
    const double exact = double{bias[i]} / units[i % units.size()];
    addends.push_back(static_cast<std::int32_t>(std::clamp(std::floor(exact + 0.5), -high - 1, high)));
  }
  return addends;
}

std::optional<int> scale_of_accumulator(const Design& design, std::uint32_t magnitude, int k_a, int k_b) {
  if (magnitude == 0) return std::nullopt;
  const PostProcessor post(design);
  const auto fits = [&](int k_out) {
    const PostSettings settings{bias_k(design, k_a, k_b, k_out), false};
    return post(static_cast<std::int32_t>(magnitude), settings).event != PostEvent::kClamped;
  };
  if (widths::is_fp8(design)) {
    // With this bias_k the magnitude lies in the octave above the format's largest number.
    const int leading = std::bit_width(magnitude) - 1;
    int k = leading - widths::fp8_format(design).max_exponent() - 1 - bias_k(design, k_a, k_b, 0);
    while (!fits(k)) ++k;
    return k;
  }
  if (!widths::is_lns(design)) {
    int k = k_a + k_b;
    while (!fits(k)) ++k;
    while (fits(k - 1) && k > k_a + k_b - 31) --k;
    return k;
  }
  // The code is linear in k_out; a scale at which it is in range gives the one at which it is E.
  int k = k_a + k_b;
  const LnsFormat f(design.format);
  const int leading = std::bit_width(magnitude) - 1;
  k = leading * f.gamma() + bias_k(design, k_a, k_b, 0) - f.max_code();
  while (!fits(k)) ++k;
  return round_up_to_grid(design, k);
}

int floor_code(double x, int gamma_log2) {
  int exponent = 0;
  const double mantissa = 2 * std::frexp(x, &exponent);  // in [1, 2)
  const std::vector<std::uint32_t> constants = octave_constants(gamma_log2, kFraction);
  const auto scaled = static_cast<std::uint32_t>(std::ldexp(mantissa, kFraction));
  const auto passed = std::upper_bound(constants.begin(), constants.end(), scaled) - constants.begin();
  return (exponent - 1) * (1 << gamma_log2) + static_cast<int>(passed) - 1;
}

std::optional<int> scale_of_rows(const Design& design, std::span<const std::uint32_t> largest, int k_a,
                                 std::span<const std::int32_t> row_scales, int k_b) {
  std::optional<int> result;
  for (std::size_t m = 0; m < largest.size(); ++m) {
    const int k_row = k_a + (row_scales.empty() ? 0 : row_scales[m]);
    const std::optional<int> needed = scale_of_accumulator(design, largest[m], k_row, k_b);
    if (needed) result = std::max(result.value_or(*needed), *needed);
  }
  return result;
}

int ScaleTracker::scale(std::uint32_t largest, int k_a, int k_b) const {
  if (looks_back()) return scale(std::nullopt, 0);
  return scale(scale_of_accumulator(design_, largest, k_a, k_b), round_up_to_grid(design_, k_a + k_b));
}

void ScaleTracker::remember(std::uint32_t largest, int k_a, int k_b) {
  remember(scale_of_accumulator(design_, largest, k_a, k_b));
}

bool ScaleTracker::looks_back() const {
  return design_.format.scale_rule != ScaleRule::kCurrent && !history_.empty();
}

int ScaleTracker::scale(std::optional<int> needed, int otherwise) const {
  if (!looks_back()) return needed.value_or(otherwise);
  return *std::max_element(history_.begin(), history_.end()) + design_.format.scale_margin * octave(design_);
}

void ScaleTracker::remember(std::optional<int> needed) {
  if (!needed) return;
  const bool full = static_cast<int>(history_.size()) == design_.format.scale_history;
  if (full && design_.format.scale_rule == ScaleRule::kStatic) return;
  history_.push_back(*needed);
  if (full) history_.pop_front();
}

void ScaleTracker::exchange(StateArchive& archive) { archive.list("scale_history", history_); }

}  // namespace napier
