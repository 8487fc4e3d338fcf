#include "models/format/quantizer.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>

#include "models/base/error.hpp"
#include "models/design/design_file.hpp"
#include "models/design/widths.hpp"
#include "models/format/constants.hpp"
#include "models/format/float_bits.hpp"
#include "models/format/float_rounding.hpp"

namespace napier {
namespace {

constexpr int kCellBits = kMantissaBits - 8;

/// The code of a number of the format.
Word code_of(const Minifloat& format, float number) {
  const std::uint32_t magnitude = magnitude_bits(number);
  const Word sign = std::signbit(number) ? static_cast<Word>(format.sign_code()) : Word{0};
  const int exponent = static_cast<int>(magnitude >> kMantissaBits) - 127;
  if (exponent < format.min_exponent()) {
    return static_cast<Word>(
        sign | static_cast<int>(std::bit_cast<float>(magnitude) *
                                std::ldexp(1.0F, format.mantissa_bits - format.min_exponent())));
  }
  const std::uint32_t rebias = static_cast<std::uint32_t>(127 - format.bias()) << format.mantissa_bits;
  return static_cast<Word>(sign | ((magnitude >> (kMantissaBits - format.mantissa_bits)) - rebias));
}

}  // namespace

void refuse_element(std::span<const float> x, const TensorPlace& place) {
  const auto bad = std::find_if(x.begin(), x.end(), [](float v) { return !std::isfinite(v); });
  throw InputError(
      "element " + std::to_string(bad - x.begin()) + " of the " + std::string(place.name) + " is " +
      (std::isnan(*bad) ? "NaN" : "infinite") + " in step " + std::to_string(place.step) +
      "; the training has diverged or the data are damaged: lower the learning rate or check the data");
}

float largest_magnitude(std::span<const float> x, const TensorPlace& place) {
  std::uint32_t largest = 0;  // positive floats order as their bits do, infinity and NaN above all
  for (const float v : x) largest = std::max(largest, magnitude_bits(v));
  if (largest >= kInfinityBits) refuse_element(x, place);
  return std::bit_cast<float>(largest);
}

Quantizer::Quantizer(const Design& design)
    : kind_(design.format.kind),
      format_(design.format),
      grid_(design.format.scale_grid),
      steps_per_octave_(kind_ == FormatKind::kLns ? format_.gamma() : 1) {
  if (!has_hardware(kind_)) {
    throw InputError("design '" + design.name + "' has format.kind " + format_name(kind_) +
                     ", which has no 8-bit operand words to quantise to");
  }
  if (widths::is_fp8(design)) fp8_ = widths::fp8_format(design);
  if (kind_ != FormatKind::kLns) return;
  code_mantissas_ = float_code_mantissas(format_.gamma_log2);
  code_values_ = float_code_values(format_.gamma_log2);
  const std::vector<std::uint32_t> thresholds = float_thresholds(format_.gamma_log2, design.format.rounding);
  for (std::uint32_t i = 0; i < cells_.size(); ++i) {
    const auto next = std::upper_bound(thresholds.begin(), thresholds.end(), i << kCellBits);
    cells_[i].passed = static_cast<int>(next - thresholds.begin());
    cells_[i].threshold = next == thresholds.end() ? kFractionMask + 1 : *next;
  }
}

/// Nearest j with magnitude about 2^(j/gamma).
inline int Quantizer::level(std::uint32_t magnitude) const {
  const Split s = split(magnitude);
  const Cell& cell = cells_[s.fraction >> kCellBits];
  return s.exponent * steps_per_octave_ + cell.passed + (s.fraction >= cell.threshold ? 1 : 0);
}

int Quantizer::scale_exponent(float largest, int margin) const {
  if (!(largest >= 0) || std::isinf(largest)) throw InternalError("a scale needs a finite magnitude");
  if (largest == 0) return 0;
  if (fp8_) return power_of_two_scale(largest, fp8_->max_value()) + margin;
  const Split s = split(magnitude_bits(largest));
  if (kind_ == FormatKind::kInt8) {
    constexpr std::uint32_t kFractionOf127 = 63U << (kMantissaBits - 6);  // 127 = (1 + 63/64) * 2^6
    return s.exponent - 6 + (s.fraction > kFractionOf127 ? 1 : 0) + margin;
  }
  if (grid_ == ScaleGrid::kPowerOfTwo)
    return (s.exponent + (s.fraction > 0 ? 1 : 0) + margin) * steps_per_octave_;
  int above = s.fraction > 0 ? 1 : 0;  // code values of the octave below `largest`
  for (std::size_t r = 1; r < code_mantissas_.size(); ++r) above += s.fraction >= code_mantissas_[r] ? 1 : 0;
  return (s.exponent + margin) * steps_per_octave_ + above;
}

QuantizeCounts Quantizer::quantize(std::span<const float> x, int k, std::span<Word> out,
                                   const TensorPlace& place) const {
  if (out.size() != x.size()) throw InternalError("quantize: sizes of input and output differ");
  if (fp8_) return quantize_fp8(x, k, out, place);
  return kind_ == FormatKind::kLns ? quantize_lns(x, k, out, place) : quantize_int8(x, k, out, place);
}

QuantizeCounts Quantizer::quantize_lns(std::span<const float> x, int k, std::span<Word> out,
                                       const TensorPlace& place) const {
  const int highest = format_.max_code();
  const int lowest = format_.zero == ZeroCode::kReserved ? 1 : 0;
  const int offset = highest - k;
  QuantizeCounts counts;
  std::uint32_t largest = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::uint32_t magnitude = magnitude_bits(x[i]);
    largest = std::max(largest, magnitude);
    if (magnitude == 0) {
      out[i] = 0;
      continue;
    }
    const int code = level(magnitude) + offset;
    counts.saturated += code > highest ? 1 : 0;
    counts.underflowed += code < lowest ? 1 : 0;
    out[i] = format_.word(std::signbit(x[i]), std::clamp(code, 0, highest));
  }
  if (largest >= kInfinityBits) refuse_element(x, place);
  return counts;
}

QuantizeCounts Quantizer::quantize_int8(std::span<const float> x, int k, std::span<Word> out,
                                        const TensorPlace& place) const {
  const double units = std::ldexp(1.0, -k);
  QuantizeCounts counts;
  std::uint32_t largest = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::uint32_t magnitude = magnitude_bits(x[i]);
    largest = std::max(largest, magnitude);
    // A float times a power of two is exact in double; half units decide: floor((floor(2 x) + 1) / 2).
    const double scaled = static_cast<double>(std::bit_cast<float>(magnitude)) * units;
    const int rounded = scaled < 128.0 ? (static_cast<int>(2.0 * scaled) + 1) / 2 : 128;
    counts.saturated += rounded > 127 ? 1 : 0;
    counts.underflowed += rounded == 0 && magnitude != 0 ? 1 : 0;
    const int kept = std::min(rounded, 127);
    out[i] = static_cast<Word>((std::signbit(x[i]) ? -kept : kept) & 0xFF);
  }
  if (largest >= kInfinityBits) refuse_element(x, place);
  return counts;
}

QuantizeCounts Quantizer::quantize_fp8(std::span<const float> x, int k, std::span<Word> out,
                                       const TensorPlace& place) const {
  std::vector<float> numbers(x.size());
  const QuantizeCounts counts = round_to_format(*fp8_, x, k, numbers, place);
  for (std::size_t i = 0; i < x.size(); ++i) out[i] = code_of(*fp8_, numbers[i]);
  return counts;
}

float Quantizer::dequantize(Word word, int k) const {
  if (fp8_) return std::ldexp(fp8_->decode(word), k);
  if (kind_ == FormatKind::kInt8) return std::ldexp(static_cast<float>(static_cast<std::int8_t>(word)), k);
  if (format_.is_zero(word)) return 0;
  const int exponent = k + format_.code(word) - format_.max_code();
  const float mantissa = code_values_[static_cast<std::size_t>(exponent & (format_.gamma() - 1))];
  const float magnitude = std::ldexp(mantissa, exponent >> format_.gamma_log2);
  return format_.negative(word) ? -magnitude : magnitude;
}

std::vector<float> Quantizer::dequantize_table(int k) const {
  std::vector<float> table;
  table.reserve(std::size_t{1} << format_.bits);
  for (int word = 0; word < (1 << format_.bits); ++word)
    table.push_back(dequantize(static_cast<Word>(word), k));
  return table;
}

}  // namespace napier
