#include "models/train/tensor_quantizer.hpp"

#include <algorithm>
#include <bit>

#include "models/base/error.hpp"
#include "models/base/random.hpp"
#include "models/base/vector_clones.hpp"
#include "models/design/widths.hpp"
#include "models/format/constants.hpp"
#include "models/format/float_bits.hpp"

namespace napier {
namespace {

constexpr std::size_t kPiece = 16384;  // elements a thread takes at once
constexpr int kCellBits = kMantissaBits - 8;

int pieces(std::size_t size) { return static_cast<int>((size + kPiece - 1) / kPiece); }

template <class T>
std::span<T> piece_of(std::span<T> all, int i) {
  const std::size_t start = static_cast<std::size_t>(i) * kPiece;
  return all.subspan(start, std::min(kPiece, all.size() - start));
}

/// Positive floats order as their bits do, infinity and NaN above all.
NAPIER_VECTOR_CLONES
std::uint32_t largest_bits(const float* x, std::size_t count) {
  std::uint32_t result = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t magnitude = magnitude_bits(x[i]);
    result = magnitude > result ? magnitude : result;
  }
  return result;
}

struct LnsParameters {
  int gamma_log2;
  int offset;  ///< added to a level, gives its code
  int max_code;
  int lowest;   ///< smallest code that is no underflow
  int flushed;  ///< sign bit kept by code 0: 0 where code 0 means zero
};

/// Quantizer::quantize_lns without branches. A subnormal's exponent field of 0 reads as 2^-127 or more, not
/// far below what it is: `events[2]` counts them, for the caller to do such pieces otherwise.
NAPIER_VECTOR_CLONES
void quantize_lns(const float* __restrict x, std::size_t count, LnsParameters p,
                  const std::int32_t* __restrict passed, const std::int32_t* __restrict thresholds,
                  std::uint8_t* __restrict out, std::int32_t* __restrict events) {
  std::int32_t underflows = 0;
  std::int32_t saturations = 0;
  std::int32_t subnormals = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto bits = std::bit_cast<std::uint32_t>(x[i]);
    const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
    const auto fraction = static_cast<std::int32_t>(magnitude & kFractionMask);
    const std::int32_t cell = fraction >> kCellBits;
    const std::int32_t exponent = static_cast<std::int32_t>(magnitude >> kMantissaBits) - 127;
    const std::int32_t code =
        exponent * (1 << p.gamma_log2) + passed[cell] + (fraction >= thresholds[cell] ? 1 : 0) + p.offset;
    const bool nonzero = magnitude != 0;
    underflows += (nonzero & (code < p.lowest)) ? 1 : 0;
    saturations += (nonzero & (code > p.max_code)) ? 1 : 0;
    subnormals += (nonzero & (exponent == -127)) ? 1 : 0;
    const std::int32_t low = code < 0 ? 0 : code;
    const std::int32_t kept = low > p.max_code ? p.max_code : low;
    const std::int32_t sign = (bits >> 31) != 0 ? p.max_code + 1 : 0;
    const std::int32_t word = kept == 0 ? (sign & p.flushed) : (sign | kept);
    out[i] = static_cast<std::uint8_t>(nonzero ? word : 0);
  }
  events[0] = underflows;
  events[1] = saturations;
  events[2] = subnormals;
}

}  // namespace

float largest_magnitude(std::span<const float> x, const TensorPlace& place, const Parallel& threads) {
  std::vector<std::uint32_t> partial(static_cast<std::size_t>(pieces(x.size())));
  threads.for_each(pieces(x.size()), [&](int i) {
    const auto part = piece_of(x, i);
    partial[static_cast<std::size_t>(i)] = largest_bits(part.data(), part.size());
  });
  const std::uint32_t bits = partial.empty() ? 0 : *std::max_element(partial.begin(), partial.end());
  if (bits >= kInfinityBits) refuse_element(x, place);
  return std::bit_cast<float>(bits);
}

TensorQuantizer::TensorQuantizer(const Design& design, const Parallel& threads)
    : threads_(threads),
      quantizer_(design),
      seed_(design.format.seed),
      format_(design.format),
      lns_(design.format.kind == FormatKind::kLns) {
  if (!lns_) return;
  if (widths::is_stochastic(design)) stochastic_.emplace(design);
  const std::vector<std::uint32_t> thresholds = float_thresholds(format_.gamma_log2, design.format.rounding);
  for (std::uint32_t i = 0; i < 256; ++i) {
    const auto next = std::upper_bound(thresholds.begin(), thresholds.end(), i << kCellBits);
    passed_.push_back(static_cast<std::int32_t>(next - thresholds.begin()));
    thresholds_.push_back(static_cast<std::int32_t>(next == thresholds.end() ? kFractionMask + 1 : *next));
  }
}

QuantizeCounts TensorQuantizer::piece(std::span<const float> x, int k, std::span<Word> out,
                                      const TensorPlace& place) const {
  if (lns_) {
    const bool reserved = format_.zero == ZeroCode::kReserved;
    const LnsParameters p{.gamma_log2 = format_.gamma_log2,
                          .offset = format_.max_code() - k,
                          .max_code = format_.max_code(),
                          .lowest = reserved ? 1 : 0,
                          .flushed = reserved ? 0 : format_.max_code() + 1};
    std::int32_t events[3];
    quantize_lns(x.data(), x.size(), p, passed_.data(), thresholds_.data(), out.data(), events);
    if (events[2] == 0) return {.saturated = events[1], .underflowed = events[0]};
  }
  return quantizer_.quantize(x, k, out, place);
}

QuantizeCounts TensorQuantizer::stochastic_piece(std::span<const float> x, int k, std::uint64_t stream,
                                                 std::size_t first, std::span<Word> out,
                                                 const TensorPlace& place) const {
  const Philox random(seed_);
  std::vector<std::uint32_t> words(x.size());
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = random.word(stream, first + i);
  return stochastic_->quantize(x, k, words, out, place);
}

QuantizeCounts TensorQuantizer::operator()(std::span<const float> x, int k, std::uint64_t stream,
                                           std::span<Word> out, const TensorPlace& place) const {
  if (out.size() != x.size()) throw InternalError("quantize: sizes of input and output differ");
  std::vector<QuantizeCounts> counts(static_cast<std::size_t>(pieces(x.size())));
  threads_.for_each(pieces(x.size()), [&](int i) {
    const auto in = piece_of(x, i);
    const auto words = piece_of(out, i);
    counts[static_cast<std::size_t>(i)] =
        stochastic_ ? stochastic_piece(in, k, stream, static_cast<std::size_t>(i) * kPiece, words, place)
                    : piece(in, k, words, place);
  });
  QuantizeCounts total;
  for (const QuantizeCounts& c : counts) total += c;
  return total;
}

std::uint64_t random_stream(std::int64_t step, std::uint32_t place) {
  return static_cast<std::uint64_t>(step + 1) << 20 | place;
}

std::uint64_t random_key(const Design& design, std::uint64_t stream) {
  if (!widths::is_stochastic(design)) return 0;
  // The host's rounding counts elements from 0 in the same streams; the highest index is none of them.
  const Philox random(design.format.seed);
  return std::uint64_t{random.word(stream, UINT64_MAX)} << 32 | random.word(stream, UINT64_MAX - 1);
}

}  // namespace napier
