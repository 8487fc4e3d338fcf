#include "sim/lane_kernel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/design/widths.hpp"
#include "models/format/number_format.hpp"
#include "models/gemm/product_table.hpp"

namespace napier::sim {
namespace {

constexpr int kSignKey =
    1 << 8;  // codes are at most 127, so their sum stays below; two signs carry into bit 9
constexpr int kZeroKey = 1 << 10;
constexpr int kKeySums = 2 * kZeroKey + 1;

/// The product of a key sum, in units of 2^-shift of the accumulator's.
std::int64_t product_of(int key_sum, int max_code, const ProductTable& products) {
  const int code_sum = key_sum & (kSignKey - 1);
  if (key_sum >= kZeroKey || code_sum > 2 * max_code) return 0;
  const std::int64_t value = products.by_attenuation[static_cast<std::size_t>(2 * max_code - code_sum)];
  return (key_sum & kSignKey) != 0 ? -value : value;
}

template <class T>
T sum_products(const std::int16_t* a, const std::int16_t* b, std::size_t n, const T* table) {
  T sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += table[a[i] + b[i]];
  return sum;
}

std::int32_t dot(const std::int16_t* a, const std::int16_t* b, std::size_t n) {
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

/// Terms fit 32 bits: they are below 2^31.
std::int64_t sum_terms(const float* a, const float* b, std::size_t n, float half) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const float product = a[i] * b[i];
    sum += static_cast<std::int32_t>(product + std::copysign(half, product));
  }
  return sum;
}

}  // namespace

LaneKernel::LaneKernel(const Design& design)
    : lanes_(static_cast<std::size_t>(design.datapath.lanes)),
      vector_(static_cast<std::size_t>(design.datapath.vector)),
      stationary_words_(static_cast<std::size_t>(widths::stationary_words(design))),
      lns_(widths::is_lns(design)),
      fp8_(widths::is_fp8(design)),
      keys_(256),
      zero_(256),
      a_(lanes_ * vector_),
      b_(vector_),
      shifts_(lanes_),
      a_zeros_(vector_) {
  const LnsFormat format(design.format);
  for (int w = 0; w < 256; ++w) {
    const auto word = static_cast<Word>(w);
    zero_[word] = lns_ ? format.is_zero(word) : word == 0;
    const int lns_key = zero_[word] ? kZeroKey : format.code(word) + (format.negative(word) ? kSignKey : 0);
    keys_[word] = static_cast<std::int16_t>(lns_ ? lns_key : static_cast<std::int8_t>(word));
  }
  if (fp8_) {
    const Minifloat& f = widths::fp8_format(design);
    const float scale = std::ldexp(1.0F, design.datapath.term_bits - product_octave(f));
    for (int w = 0; w < 256; ++w) {
      const float value = f.decode(static_cast<std::uint16_t>(w));
      zero_[static_cast<std::size_t>(w)] = value == 0;
      left_.push_back(value * scale);
      right_.push_back(value);
    }
    half_ = design.datapath.term_rounding == TermRounding::kHalfUp ? 0.5F : 0.0F;
    a_floats_.resize(a_.size());
    b_floats_.resize(vector_);
  }
  if (lns_) scale_shift_ = ProductTable(design).shift;
  load_stationary(std::vector<Word>(lanes_ * stationary_words_));
  if (!lns_) return;
  const ProductTable products(design);
  for (int sum = 0; sum < kKeySums; ++sum) wide_.push_back(product_of(sum, format.max_code(), products));
  if (products.largest * design.datapath.vector > std::numeric_limits<std::int32_t>::max()) return;
  for (const std::int64_t product : wide_) narrow_.push_back(static_cast<std::int32_t>(product));
}

void LaneKernel::load_stationary(std::span<const Word> a) {
  std::fill(a_zeros_.begin(), a_zeros_.end(), 0);
  for (std::size_t lane = 0; lane < lanes_; ++lane) {
    for (std::size_t v = 0; v < vector_; ++v) {
      const Word word = a[lane * stationary_words_ + v];
      a_[lane * vector_ + v] = keys_[word];
      a_zeros_[v] += zero_[word];
      if (fp8_) a_floats_[lane * vector_ + v] = left_[word];
    }
    const int octaves = stationary_words_ > vector_ ? a[lane * stationary_words_ + vector_] : 0;
    shifts_[lane] = std::min(scale_shift_ + octaves, 63);
  }
}

void LaneKernel::multiply_floats(std::span<const Word> b, std::span<std::int64_t> sums) {
  for (std::size_t v = 0; v < vector_; ++v) b_floats_[v] = right_[b[v]];
  for (std::size_t lane = 0; lane < lanes_; ++lane) {
    sums[lane] = sum_terms(&a_floats_[lane * vector_], b_floats_.data(), vector_, half_);
  }
}

void LaneKernel::multiply(std::span<const Word> b, std::span<std::int64_t> sums) {
  zero_products_ = 0;
  for (std::size_t v = 0; v < vector_; ++v) {
    b_[v] = keys_[b[v]];
    zero_products_ += zero_[b[v]] ? static_cast<std::int64_t>(lanes_) : a_zeros_[v];
  }
  if (fp8_) return multiply_floats(b, sums);
  for (std::size_t lane = 0; lane < lanes_; ++lane) {
    const std::int16_t* a = &a_[lane * vector_];
    if (!lns_) {
      sums[lane] = dot(a, b_.data(), vector_);
    } else if (!narrow_.empty()) {
      sums[lane] = sum_products(a, b_.data(), vector_, narrow_.data()) >> std::min(shifts_[lane], 31);
    } else {
      sums[lane] = sum_products(a, b_.data(), vector_, wide_.data()) >> shifts_[lane];
    }
  }
}

}  // namespace napier::sim
