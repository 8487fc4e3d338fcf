#include "models/train/tensor_post_processor.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "models/base/vector_clones.hpp"
#include "models/design/widths.hpp"

namespace napier {
namespace {

constexpr std::size_t kPiece = 16384;  // elements a thread takes at once

int pieces(std::size_t size) { return static_cast<int>((size + kPiece - 1) / kPiece); }

template <class T>
std::span<T> piece(std::span<T> all, int i) {
  const std::size_t start = static_cast<std::size_t>(i) * kPiece;
  return all.empty() ? all : all.subspan(start, std::min(kPiece, all.size() - start));
}

NAPIER_VECTOR_CLONES
std::uint32_t largest(const std::int32_t* acc, std::size_t count, std::int32_t lowest) {
  std::uint32_t result = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::int32_t kept = acc[i] > lowest ? acc[i] : lowest;
    const std::uint32_t magnitude =
        kept < 0 ? 0U - static_cast<std::uint32_t>(kept) : static_cast<std::uint32_t>(kept);
    result = magnitude > result ? magnitude : result;
  }
  return result;
}

struct LnsParameters {
  int gamma_log2;
  int bias_k;
  int max_code;
  int lowest;   ///< smallest code that is not flushed
  int flushed;  ///< sign bit kept by flushed outputs: 0 where code 0 means zero
  bool relu;
  int fraction_shift;
};

/// PostProcessor::lns without branches: shifting the leading one out at the top leaves the mantissa.
NAPIER_VECTOR_CLONES
void post_lns(const std::int32_t* __restrict acc, std::size_t count, LnsParameters p,
              const std::int32_t* __restrict passed, std::uint8_t* __restrict out,
              std::int32_t* __restrict events) {
  std::int32_t underflows = 0;
  std::int32_t clamps = 0;
  const std::int32_t floor_of_relu = p.relu ? 0 : INT32_MIN;
  for (std::size_t i = 0; i < count; ++i) {
    const std::int32_t value = acc[i] > floor_of_relu ? acc[i] : floor_of_relu;
    const std::uint32_t magnitude =
        value < 0 ? 0U - static_cast<std::uint32_t>(value) : static_cast<std::uint32_t>(value);
    const int zeros = __builtin_clz(magnitude | 1U);
    const std::int32_t mantissa = passed[(magnitude << zeros << 1) >> p.fraction_shift];
    const std::int32_t code = ((31 - zeros) << p.gamma_log2) + mantissa + p.bias_k;
    const bool nonzero = magnitude != 0;
    const bool under = nonzero & (code < p.lowest);
    const bool over = nonzero & (code > p.max_code);
    underflows += under ? 1 : 0;
    clamps += over ? 1 : 0;
    const std::int32_t sign = value < 0 ? p.max_code + 1 : 0;
    const std::int32_t kept = code > p.max_code ? p.max_code : code;
    const std::int32_t word = under ? (sign & p.flushed) : (sign | kept);
    out[i] = static_cast<std::uint8_t>(nonzero ? word : 0);
  }
  events[0] = underflows;
  events[1] = clamps;
}

/// A division by 2^shift, rounded, or a multiplication by 2^-shift, in 32 bits:
///   rounded = ((value >> right) + ((value >> half) & half_bit)) * factor.
struct IntegerParameters {
  std::int32_t lowest, highest;  ///< before: what is beyond them exceeds the limit however it is multiplied
  int right, half;
  std::int32_t half_bit;
  std::int32_t factor;
  std::int32_t limit;  ///< largest magnitude of an output
  std::int32_t word_mask;
};

IntegerParameters integer_parameters(const PostSettings& settings, int bits) {
  const std::int32_t limit = (1 << (bits - 1)) - 1;
  IntegerParameters p{.lowest = settings.relu ? 0 : INT32_MIN,
                      .highest = INT32_MAX,
                      .right = 0,
                      .half = 0,
                      .half_bit = 0,
                      .factor = 1,
                      .limit = limit,
                      .word_mask = (1 << bits) - 1};
  if (settings.bias_k >= 32) {
    p.factor = 0;  // all are less than half
  } else if (settings.bias_k > 0) {
    p.right = settings.bias_k;
    p.half = settings.bias_k - 1;
    p.half_bit = 1;
  } else {
    // Beyond the limit already, and 2^16 times what is not zero is, too.
    p.highest = limit + 1;
    p.lowest = std::max(p.lowest, -p.highest);
    p.factor = 1 << std::min(16, -settings.bias_k);
  }
  return p;
}

/// PostProcessor::integer without branches.
NAPIER_VECTOR_CLONES
void post_integer(const std::int32_t* __restrict acc, std::size_t count, IntegerParameters p,
                  std::uint8_t* __restrict out, std::int32_t* __restrict events) {
  std::int32_t underflows = 0;
  std::int32_t clamps = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::int32_t above = acc[i] > p.lowest ? acc[i] : p.lowest;
    const std::int32_t value = above < p.highest ? above : p.highest;
    const std::int32_t rounded = ((value >> p.right) + ((value >> p.half) & p.half_bit)) * p.factor;
    const std::int32_t upper = rounded < p.limit ? rounded : p.limit;
    const std::int32_t kept = upper > -p.limit ? upper : -p.limit;
    underflows += ((rounded == 0) & (value != 0)) ? 1 : 0;
    clamps += kept != rounded ? 1 : 0;
    out[i] = static_cast<std::uint8_t>(kept & p.word_mask);
  }
  events[0] = underflows;
  events[1] = clamps;
}

NAPIER_VECTOR_CLONES
void copy_masked(const std::int32_t* __restrict acc, const std::uint8_t* __restrict mask, std::size_t count,
                 std::int32_t* __restrict out) {
  for (std::size_t i = 0; i < count; ++i) out[i] = mask[i] != 0 ? acc[i] : 0;
}

/// The piece itself, or where there is a mask a copy with zeros in masked places.
std::span<const std::int32_t> masked(std::span<const std::int32_t> acc, std::span<const std::uint8_t> mask,
                                     std::vector<std::int32_t>& copy) {
  if (mask.empty()) return acc;
  copy.resize(acc.size());
  copy_masked(acc.data(), mask.data(), acc.size(), copy.data());
  return copy;
}

}  // namespace

std::uint32_t largest_output(std::span<const std::int32_t> acc, bool relu, std::span<const std::uint8_t> mask,
                             const Parallel& threads) {
  std::vector<std::uint32_t> partial(static_cast<std::size_t>(pieces(acc.size())), 0);
  threads.for_each(pieces(acc.size()), [&](int i) {
    std::vector<std::int32_t> copy;
    const auto part = masked(piece(acc, i), piece(mask, i), copy);
    partial[static_cast<std::size_t>(i)] = largest(part.data(), part.size(), relu ? 0 : INT32_MIN);
  });
  return partial.empty() ? 0 : *std::max_element(partial.begin(), partial.end());
}

std::vector<std::uint32_t> largest_outputs(std::span<const std::int32_t> acc, int rows, bool relu,
                                           std::span<const std::uint8_t> mask) {
  std::vector<std::uint32_t> result(static_cast<std::size_t>(rows));
  for (std::size_t i = 0; i < acc.size(); ++i) {
    if (!mask.empty() && mask[i] == 0) continue;
    std::uint32_t& of_row = result[i % result.size()];
    of_row = std::max(of_row, largest(&acc[i], 1, relu ? 0 : INT32_MIN));
  }
  return result;
}

TensorPostProcessor::TensorPostProcessor(const Design& design)
    : design_(design),
      lns_(widths::is_lns(design)),
      fp8_(widths::is_fp8(design)),
      stochastic_(widths::is_stochastic(design)),
      format_(design.format),
      compare_bits_(design.post_processor.compare_bits) {
  if (!lns_) return;
  const PostProcessor unit(design);
  const std::vector<std::uint32_t>& thresholds = unit.thresholds();
  for (std::uint32_t fraction = 0; fraction < (1U << compare_bits_); ++fraction) {
    passed_.push_back(static_cast<std::int32_t>(
        std::upper_bound(thresholds.begin(), thresholds.end(), fraction) - thresholds.begin()));
  }
}

/// Outputs from the linear place `first` on, one after another.
PostCounts TensorPostProcessor::each(std::span<const std::int32_t> acc, std::size_t first, int rows,
                                     const OutputConverter& convert, std::span<const std::int32_t> row_scales,
                                     std::span<Word> out) const {
  PostCounts counts;
  int m = static_cast<int>(first % static_cast<std::size_t>(rows));
  int n = static_cast<int>(first / static_cast<std::size_t>(rows));
  for (std::size_t i = 0; i < acc.size(); ++i) {
    const int row_scale = row_scales.empty() ? 0 : row_scales[static_cast<std::size_t>(m)];
    const PostResult result = convert(acc[i], row_scale, m, n);
    out[i] = result.word;
    counts.underflows += result.event == PostEvent::kUnderflow ? 1 : 0;
    counts.clamps += result.event == PostEvent::kClamped ? 1 : 0;
    if (++m < rows) continue;
    m = 0;
    ++n;
  }
  return counts;
}

PostCounts TensorPostProcessor::operator()(std::span<const std::int32_t> acc, int rows,
                                           const PostSettings& settings,
                                           std::span<const std::int32_t> row_scales,
                                           std::span<const std::uint8_t> mask, std::span<Word> out,
                                           const Parallel& threads) const {
  std::optional<OutputConverter> convert;
  if (stochastic_ || fp8_ || !row_scales.empty()) convert.emplace(design_, settings);
  const bool reserved = format_.zero == ZeroCode::kReserved;
  const LnsParameters parameters{.gamma_log2 = format_.gamma_log2,
                                 .bias_k = settings.bias_k,
                                 .max_code = format_.max_code(),
                                 .lowest = reserved ? 1 : 0,
                                 .flushed = reserved ? 0 : format_.max_code() + 1,
                                 .relu = settings.relu,
                                 .fraction_shift = 32 - compare_bits_};
  const IntegerParameters integer = integer_parameters(settings, format_.bits);
  std::vector<PostCounts> counts(static_cast<std::size_t>(pieces(acc.size())));
  threads.for_each(pieces(acc.size()), [&](int i) {
    std::vector<std::int32_t> copy;
    const auto input = masked(piece(acc, i), piece(mask, i), copy);
    const auto output = piece(out, i);
    if (convert) {
      counts[static_cast<std::size_t>(i)] =
          each(input, static_cast<std::size_t>(i) * kPiece, rows, *convert, row_scales, output);
      return;
    }
    std::int32_t events[2];
    if (lns_) {
      post_lns(input.data(), input.size(), parameters, passed_.data(), output.data(), events);
    } else {
      post_integer(input.data(), input.size(), integer, output.data(), events);
    }
    counts[static_cast<std::size_t>(i)] = {events[0], events[1]};
  });
  PostCounts total;
  for (const PostCounts& c : counts) total += c;
  return total;
}

}  // namespace napier
