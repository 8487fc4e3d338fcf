#include "models/format/stochastic_quantizer.hpp"

#include <algorithm>
#include <cmath>

#include "models/base/error.hpp"
#include "models/design/design_file.hpp"
#include "models/format/constants.hpp"
#include "models/format/float_bits.hpp"

namespace napier {
namespace {

constexpr int kValueBits = 30;  ///< fraction bits of code values and of mantissas compared with them

}  // namespace

StochasticQuantizer::StochasticQuantizer(const Design& design)
    : kind_(design.format.kind), format_(design.format) {
  if (!has_hardware(kind_)) {
    throw InputError("design '" + design.name + "' has format.kind " + format_name(kind_) +
                     ", which has no 8-bit operand words to quantise to");
  }
  code_mantissas_ = float_code_mantissas(format_.gamma_log2);
  for (const std::uint32_t value : octave_constants(format_.gamma_log2, kValueBits))
    code_values_.push_back(value);
  code_values_.push_back(std::uint64_t{2} << kValueBits);
}

QuantizeCounts StochasticQuantizer::quantize(std::span<const float> x, int k,
                                             std::span<const std::uint32_t> random, std::span<Word> out,
                                             const TensorPlace& place) const {
  if (out.size() != x.size() || random.size() != x.size()) {
    throw InternalError("quantize: sizes of input, randomness and output differ");
  }
  QuantizeCounts counts;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::uint32_t magnitude = magnitude_bits(x[i]);
    if (magnitude >= kInfinityBits) refuse_element(x, place);
    const bool negative = std::signbit(x[i]);
    if (magnitude == 0) {
      out[i] = 0;
    } else if (kind_ == FormatKind::kLns) {
      out[i] = format_.word(negative, lns_code(magnitude, k, random[i], counts));
    } else {
      const int kept = int8_magnitude(magnitude, k, random[i], counts);
      out[i] = static_cast<Word>((negative ? -kept : kept) & 0xFF);
    }
  }
  return counts;
}

int StochasticQuantizer::lns_code(std::uint32_t magnitude, int k, std::uint32_t random,
                                  QuantizeCounts& counts) const {
  const int highest = format_.max_code();
  const bool reserved = format_.zero == ZeroCode::kReserved;
  const Split s = split(magnitude);
  const auto above = std::upper_bound(code_mantissas_.begin(), code_mantissas_.end(), s.fraction);
  const auto r = static_cast<std::size_t>(above - code_mantissas_.begin()) - 1;
  const int code = s.exponent * format_.gamma() + static_cast<int>(r) + highest - k;  // not above x
  const std::uint64_t mantissa = std::uint64_t{(1U << kMantissaBits) | s.fraction}
                                 << (kValueBits - kMantissaBits);
  if (code >= highest) {
    const bool is_the_scale = code == highest && s.fraction == 0;  // a scale within an octave is irrational
    counts.saturated += is_the_scale ? 0 : 1;
    return highest;
  }
  if (code >= (reserved ? 1 : 0)) {
    const std::uint64_t gap = code_values_[r + 1] - code_values_[r];
    return random * gap < (mantissa - code_values_[r]) << 32 ? code + 1 : code;
  }
  if (!reserved) {
    ++counts.underflowed;
    return 0;
  }
  const int first = k + 1 - highest;  // code 1 is 2^(first/gamma)
  const int octaves_below = (first >> format_.gamma_log2) - s.exponent;
  const std::uint64_t first_value = code_values_[static_cast<std::size_t>(first & (format_.gamma() - 1))];
  const bool up = octaves_below < 64 && random * first_value < (mantissa << 32) >> octaves_below;
  counts.underflowed += up ? 0 : 1;
  return up ? 1 : 0;
}

int StochasticQuantizer::int8_magnitude(std::uint32_t magnitude, int k, std::uint32_t random,
                                        QuantizeCounts& counts) {
  const double scaled = std::ldexp(static_cast<double>(std::bit_cast<float>(magnitude)), -k);
  if (scaled > 127.0) {
    ++counts.saturated;
    return 127;
  }
  const double whole = std::floor(scaled);
  const int kept = static_cast<int>(whole) + (random < std::ldexp(scaled - whole, 32) ? 1 : 0);
  counts.underflowed += kept == 0 ? 1 : 0;
  return kept;
}

}  // namespace napier
