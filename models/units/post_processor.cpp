#include "models/units/post_processor.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "models/design/widths.hpp"
#include "models/format/constants.hpp"
#include "models/format/number_format.hpp"

namespace napier {

PostProcessor::PostProcessor(const Design& design)
    : lns_(widths::is_lns(design)),
      fp8_(widths::is_fp8(design)),
      stochastic_(widths::is_stochastic(design)),
      format_(design.format),
      fp8_format_(widths::fp8_format(design)),
      compare_bits_(design.post_processor.compare_bits) {
  if (stochastic_) {
    const std::vector<std::uint32_t> values = mantissa_code_values(format_.gamma_log2, compare_bits_);
    thresholds_.assign(values.begin() + 1, values.end());
  } else if (lns_) {
    thresholds_ = mantissa_thresholds(format_.gamma_log2, design.format.rounding, compare_bits_);
  }
}

PostResult PostProcessor::operator()(std::int32_t accumulator, const PostSettings& settings,
                                     std::uint32_t random) const {
  if (lns_) return lns(accumulator, settings, random);
  return fp8_ ? floating(accumulator, settings) : integer(accumulator, settings);
}

/// Whether the upper neighbour of a mantissa is taken; `code` is the lower one's.
bool PostProcessor::rounds_up(int leading, std::uint32_t fraction, int code, int bias_k,
                              std::uint32_t random) const {
  const auto value = [&](int r) -> std::uint64_t {
    return r == 0 ? 0 : thresholds_[static_cast<std::size_t>(r - 1)];
  };
  const std::uint64_t one = std::uint64_t{1} << compare_bits_;
  if (format_.zero == ZeroCode::kReserved && code < 1) {
    const int first = 1 - bias_k;  // the accumulator's code that becomes code 1
    const int down = (first >> format_.gamma_log2) - leading;
    const std::uint64_t span = one + value(first & (format_.gamma() - 1));
    const std::uint64_t distance = (one + fraction) << widths::kRandomBits;
    return down < 64 && random * span < distance >> down;
  }
  const int r = (code - bias_k) & (format_.gamma() - 1);
  return random * (value(r + 1) - value(r)) < (fraction - value(r)) << widths::kRandomBits;
}

PostResult PostProcessor::lns(std::int32_t accumulator, const PostSettings& settings,
                              std::uint32_t random) const {
  const bool negative = accumulator < 0 && !settings.relu;
  if (accumulator == 0 || (accumulator < 0 && settings.relu)) return {0, PostEvent::kNone};
  const auto magnitude = static_cast<std::uint32_t>(std::abs(static_cast<std::int64_t>(accumulator)));
  const int leading = static_cast<int>(std::bit_width(magnitude)) - 1;
  const std::uint64_t fraction = magnitude ^ (std::uint32_t{1} << leading);
  const auto compared =
      static_cast<std::uint32_t>(leading >= compare_bits_ ? fraction >> (leading - compare_bits_)
                                                          : fraction << (compare_bits_ - leading));
  const auto passed =
      std::upper_bound(thresholds_.begin(), thresholds_.end(), compared) - thresholds_.begin();
  int code = leading * format_.gamma() + static_cast<int>(passed) + settings.bias_k;
  if (stochastic_ && rounds_up(leading, compared, code, settings.bias_k, random)) {
    code = format_.zero == ZeroCode::kReserved ? std::max(code + 1, 1) : code + 1;
  }
  if (code > format_.max_code()) return {format_.word(negative, format_.max_code()), PostEvent::kClamped};
  const int lowest = format_.zero == ZeroCode::kReserved ? 1 : 0;
  if (code < lowest) {
    return {format_.zero == ZeroCode::kReserved ? Word{0} : format_.word(negative, 0), PostEvent::kUnderflow};
  }
  return {format_.word(negative, code), PostEvent::kNone};
}

PostResult PostProcessor::integer(std::int32_t accumulator, const PostSettings& settings) const {
  if (accumulator < 0 && settings.relu) return {0, PostEvent::kNone};
  const int shift = std::clamp(settings.bias_k, -31, 40);
  const std::int64_t wide = accumulator;
  const std::int64_t rounded =
      shift > 0 ? (wide + (std::int64_t{1} << (shift - 1))) >> shift : wide * (std::int64_t{1} << -shift);
  const std::int64_t limit = (1 << (format_.bits - 1)) - 1;
  const std::int64_t kept = std::clamp(rounded, -limit, limit);
  const PostEvent event = kept != rounded                    ? PostEvent::kClamped
                          : rounded == 0 && accumulator != 0 ? PostEvent::kUnderflow
                                                             : PostEvent::kNone;
  return {static_cast<Word>(kept & ((1 << format_.bits) - 1)), event};
}

PostResult PostProcessor::floating(std::int32_t accumulator, const PostSettings& settings) const {
  if (accumulator == 0 || (accumulator < 0 && settings.relu)) return {0, PostEvent::kNone};
  const auto magnitude = static_cast<std::uint64_t>(std::abs(static_cast<std::int64_t>(accumulator)));
  const int leading = static_cast<int>(std::bit_width(magnitude)) - 1;
  // Biased exponent, and how far the last place lies above the accumulator's; subnormal numbers keep fewer.
  const int exponent = leading - settings.bias_k + fp8_format_.bias();
  const int wanted = leading - fp8_format_.mantissa_bits + std::max(0, 1 - exponent);
  const int shift = std::min(wanted, 33);  // beyond 33 all of the 32 bits are less than half a unit, too
  std::uint64_t kept = shift > 0 ? magnitude >> shift : magnitude << -shift;
  if (shift > 0) {
    const std::uint64_t rest = magnitude - (kept << shift), half = std::uint64_t{1} << (shift - 1);
    kept += rest > half || (rest == half && kept % 2 != 0) ? 1 : 0;
  }
  // A normal number's hidden one counts as one exponent; so does what rounding carries into.
  const int code = (std::max(exponent, 1) - 1) * (1 << fp8_format_.mantissa_bits) + static_cast<int>(kept);
  const int sign = accumulator < 0 ? fp8_format_.sign_code() : 0;
  const PostEvent event = code > fp8_format_.max_code() ? PostEvent::kClamped
                          : code == 0                   ? PostEvent::kUnderflow
                                                        : PostEvent::kNone;
  return {static_cast<Word>(sign | std::min(code, fp8_format_.max_code())), event};
}

int bias_k(const Design& design, int k_a, int k_b, int k_out) {
  if (widths::is_fp8(design)) {
    return k_out - k_a - k_b + design.datapath.term_bits - product_octave(widths::fp8_format(design));
  }
  if (!widths::is_lns(design)) return k_out - k_a - k_b;
  const LnsFormat f(design.format);
  return k_a + k_b - k_out - f.max_code() + (f.max_quotient() - design.datapath.term_bits) * f.gamma();
}

}  // namespace napier
