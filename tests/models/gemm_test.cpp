// Every kernel against a plain loop over the exact unit functions, bit for bit.
#include "models/gemm/gemm.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "models/base/error.hpp"
#include "models/design/widths.hpp"
#include "models/gemm/product_table.hpp"
#include "models/units/accumulation_collector.hpp"
#include "models/units/vector_lane.hpp"

namespace napier {
namespace {

struct Product {
  int m, n, k;
  std::vector<Word> a, b;
  std::vector<std::int32_t> bias;
  std::vector<Word> shifts;  ///< octaves of vectors, or none
};

struct Result {
  std::vector<std::int32_t> acc;
  std::int64_t overflows = 0;
  friend bool operator==(const Result&, const Result&) = default;
};

/// The contract, word by word.
Result reference(const Design& d, const Product& p) {
  const VectorLane lane(d);
  const auto vectors = static_cast<std::size_t>(widths::vectors_of(d, p.k));
  Result r{std::vector<std::int32_t>(static_cast<std::size_t>(p.m) * p.n), 0};
  for (int n = 0; n < p.n; ++n) {
    for (int m = 0; m < p.m; ++m) {
      std::int32_t acc = p.bias.empty() ? 0 : p.bias[static_cast<std::size_t>(m)];
      for (int k = 0; k < p.k; k += d.datapath.vector) {
        const auto count = static_cast<std::size_t>(std::min(d.datapath.vector, p.k - k));
        const auto sum = lane(std::span(p.a).subspan(static_cast<std::size_t>(m) * p.k + k, count),
                              std::span(p.b).subspan(static_cast<std::size_t>(n) * p.k + k, count),
                              p.shifts.empty() ? 0 : p.shifts[m * vectors + k / d.datapath.vector]);
        const AccumulateResult next = accumulate(acc, sum, d.datapath.accumulator_bits, d.datapath.overflow);
        acc = next.value;
        r.overflows += next.overflowed ? 1 : 0;
      }
      r.acc[static_cast<std::size_t>(n) * p.m + m] = acc;
    }
  }
  return r;
}

Word random_word(const Design& d, std::mt19937& random, bool loud) {
  if (d.format.kind == FormatKind::kInt8) return static_cast<Word>(static_cast<int>(random() % 255) - 127);
  if (widths::is_fp8(d)) {
    const Minifloat& f = widths::fp8_format(d);
    const auto magnitude =
        static_cast<unsigned>(f.max_code()) - random() % (loud ? 8 : static_cast<unsigned>(f.max_code()) + 1);
    return static_cast<Word>(magnitude |
                             (!loud && random() % 2 == 0 ? static_cast<unsigned>(f.sign_code()) : 0));
  }
  const LnsFormat f(d.format);
  if (random() % 8 == 0) return f.word(false, 0);
  const int code =
      loud ? f.max_code() - static_cast<int>(random() % 8) : static_cast<int>(random()) & f.max_code();
  return f.word(!loud && random() % 2 == 0, code);
}

Product random_product(const Design& d, std::mt19937& random, int m, int n, int k, bool loud) {
  Product p{m, n, k, {}, {}, {}, {}};
  for (int i = 0; i < m * k; ++i) p.a.push_back(random_word(d, random, loud));
  for (int i = 0; i < n * k; ++i) p.b.push_back(random_word(d, random, loud));
  const int bits = d.datapath.accumulator_bits;
  if (random() % 2 == 0) {
    for (int i = 0; i < m; ++i) {
      const auto bias =
          static_cast<std::int64_t>(random() % (1ULL << bits)) - (std::int64_t{1} << (bits - 1));
      p.bias.push_back(static_cast<std::int32_t>(bias));
    }
  }
  const bool vector_scales = d.format.scale_group == ScaleGroup::kVector;
  for (int i = 0; vector_scales && i < m * widths::vectors_of(d, k); ++i) {
    p.shifts.push_back(static_cast<Word>(random() % (random() % 8 == 0 ? 256 : 6)));
  }
  return p;
}

Result compute(const Design& d, const Product& p, const std::string& kernel, int threads) {
  const Parallel parallel(threads);
  Gemm gemm(d, parallel, kernel);
  Result r{std::vector<std::int32_t>(static_cast<std::size_t>(p.m) * p.n, -1), 0};
  r.overflows = gemm(p.m, p.n, p.k, p.a, p.b, p.bias, r.acc, p.shifts);
  return r;
}

void expect_every_kernel_exact(const Design& d, const std::string& what) {
  std::mt19937 random(1);
  const int vector = d.datapath.vector;
  const int shapes[][3] = {{1, 1, 1},   {16, 2, vector},    {17, 3, vector + 1}, {5, 131, 3 * vector - 1},
                           {33, 4, 10}, {40, 9, 2 * vector}};
  for (const auto& [m, n, k] : shapes) {
    for (const bool loud : {false, true}) {
      const Product p = random_product(d, random, m, n, k, loud);
      const Result expected = reference(d, p);
      for (const std::string& kernel : Gemm::available(d)) {
        for (const int threads : {1, 2}) {
          ASSERT_EQ(compute(d, p, kernel, threads), expected)
              << what << ", kernel " << kernel << ", " << threads << " threads, " << m << "x" << n << "x"
              << k;
        }
      }
    }
  }
}

TEST(Gemm, PaperDesign) { expect_every_kernel_exact(Design{}, "paper"); }

TEST(Gemm, VectorsWithScalesOfTheirOwn) {
  Design d;
  d.format.scale_group = ScaleGroup::kVector;
  for (const int vector : {1, 4, 32}) {
    for (const int accumulator_bits : {16, 24}) {  // of which the first saturates
      d.datapath.vector = vector;
      d.datapath.accumulator_bits = accumulator_bits;
      expect_every_kernel_exact(d, "vector scales");
    }
  }
  // Without their shifts the sums are others.
  std::mt19937 random(1);
  Product p = random_product(d, random, 17, 3, 70, false);
  const Result expected = compute(d, p, "", 1);
  p.shifts.clear();
  EXPECT_FALSE(compute(d, p, "", 1) == expected);
}

TEST(Gemm, EveryStyleAndWidth) {
  for (const auto style :
       {ConversionStyle::kPerElement, ConversionStyle::kBinned, ConversionStyle::kSplitSign}) {
    for (const int lut_bits : {0, 1, 3}) {
      for (const int term_bits : {6, 12, 16, 20}) {
        for (const auto rounding : {TermRounding::kTruncate, TermRounding::kHalfUp}) {
          Design d;
          d.datapath.style = style;
          d.datapath.lut_bits = lut_bits;
          d.datapath.term_bits = term_bits;
          d.datapath.term_rounding = rounding;
          expect_every_kernel_exact(d, "style " + std::to_string(static_cast<int>(style)) + " lut " +
                                           std::to_string(lut_bits) + " term " + std::to_string(term_bits));
        }
      }
    }
  }
}

TEST(Gemm, EveryFormat) {
  for (const int bits : {4, 5, 6, 7, 8}) {
    for (const int gamma_log2 : {0, 1, 2, 3, 4, 5}) {
      for (const auto zero : {ZeroCode::kReserved, ZeroCode::kNone}) {
        Design d;
        d.format.bits = bits;
        d.format.gamma_log2 = gamma_log2;
        d.format.zero = zero;
        d.datapath.style = ConversionStyle::kPerElement;
        // Terms of the whole range where it is short, else the paper's 16 bits.
        d.datapath.term_bits = std::min(16, LnsFormat(d.format).max_quotient() + d.datapath.const_bits);
        expect_every_kernel_exact(
            d, "bits " + std::to_string(bits) + " gamma_log2 " + std::to_string(gamma_log2));
      }
    }
  }
}

TEST(Gemm, SaturatingAndWrappingAccumulators) {
  for (const auto overflow : {Overflow::kSaturate, Overflow::kWrap}) {
    for (const int bits : {12, 16, 18, 31, 32}) {
      Design d;
      d.datapath.accumulator_bits = bits;
      d.datapath.overflow = overflow;
      expect_every_kernel_exact(d, "accumulator " + std::to_string(bits));
      d.format.kind = FormatKind::kInt8;
      expect_every_kernel_exact(d, "int8 accumulator " + std::to_string(bits));
    }
  }
}

TEST(Gemm, Fp8) {
  for (const FormatKind kind : {FormatKind::kFp8E4m3, FormatKind::kFp8E5m2}) {
    for (const int term_bits : {2, 11, 16, 30}) {
      for (const auto rounding : {TermRounding::kTruncate, TermRounding::kHalfUp}) {
        for (const auto overflow : {Overflow::kSaturate, Overflow::kWrap}) {
          Design d;
          d.format.kind = kind;
          d.datapath.vector = term_bits == 11 ? 4 : 32;
          d.datapath.term_bits = term_bits;
          d.datapath.term_rounding = rounding;
          d.datapath.overflow = overflow;
          d.datapath.accumulator_bits = std::min(term_bits + 5, 32);
          expect_every_kernel_exact(d, "fp8 term " + std::to_string(term_bits));
        }
      }
    }
  }
}

TEST(Gemm, SmallAndOddVectors) {
  for (const int vector : {1, 2, 3, 4, 8, 12, 33}) {
    Design d;
    d.datapath.vector = vector;
    expect_every_kernel_exact(d, "vector " + std::to_string(vector));
    d.format.kind = FormatKind::kInt8;
    expect_every_kernel_exact(d, "int8 vector " + std::to_string(vector));
  }
}

/// Any design that the checks on designs would let through.
Design random_design(std::mt19937& random) {
  const auto pick = [&](int low, int high) {
    return low + static_cast<int>(random() % static_cast<unsigned>(high - low + 1));
  };
  for (;;) {
    Design d;
    d.format.bits = pick(4, 8);
    d.format.gamma_log2 = pick(0, std::min(5, d.format.bits - 2));
    d.format.zero = random() % 4 == 0 ? ZeroCode::kNone : ZeroCode::kReserved;
    d.datapath.style = static_cast<ConversionStyle>(random() % 3);
    d.datapath.lut_bits = pick(0, d.format.gamma_log2);
    d.datapath.const_bits = pick(2, 24);
    d.datapath.term_bits = pick(2, 30);
    d.datapath.term_rounding = random() % 2 == 0 ? TermRounding::kTruncate : TermRounding::kHalfUp;
    d.datapath.vector = 1 << pick(0, 7);
    d.datapath.accumulator_bits = pick(8, 32);
    d.datapath.overflow = random() % 2 == 0 ? Overflow::kSaturate : Overflow::kWrap;
    if (widths::term_shift(d) >= 0 && widths::scaled_sum_bits(d) <= 63) return d;
  }
}

TEST(Gemm, RandomDesigns) {
  std::mt19937 random(4);
  int fast = 0;
  for (int trial = 0; trial < 400; ++trial) {
    const Design d = random_design(random);
    for (const bool loud : {false, true}) {
      const Product p =
          random_product(d, random, 1 + static_cast<int>(random() % 20), 1 + static_cast<int>(random() % 12),
                         1 + static_cast<int>(random() % 300), loud);
      const Result expected = reference(d, p);
      for (const std::string& kernel : Gemm::available(d)) {
        fast += kernel != "portable" ? 1 : 0;
        ASSERT_EQ(compute(d, p, kernel, 1), expected) << kernel << ", trial " << trial;
      }
    }
  }
  EXPECT_TRUE(fast > 200 || Gemm::available(Design{}).size() == 1);
}

/// About `loud` of 16 operands have the largest magnitudes, the others any.
Product partly_loud(const Design& d, std::mt19937& random, int m, int n, int k, unsigned loud) {
  Product p = random_product(d, random, m, n, k, false);
  const LnsFormat f(d.format);
  for (auto* words : {&p.a, &p.b}) {
    for (Word& word : *words) {
      const int attenuation = static_cast<int>(random() % (random() % 16 < loud ? 8 : 120));
      if (random() % 4 != 0) word = f.word(random() % 2 == 0, std::max(0, f.max_code() - attenuation));
    }
  }
  return p;
}

TEST(Gemm, EveryShareOfLoudOperands) {
  std::mt19937 random(5);
  for (const auto style :
       {ConversionStyle::kPerElement, ConversionStyle::kBinned, ConversionStyle::kSplitSign}) {
    for (const int term_bits : {8, 15, 16, 24}) {
      Design d;
      d.datapath.style = style;
      d.datapath.term_bits = term_bits;
      // Some accumulators cannot overflow, some can.
      d.datapath.accumulator_bits = std::min(32, term_bits + 6);
      if (widths::scaled_sum_bits(d) > 63) continue;
      for (const unsigned loud : {0U, 1U, 2U, 16U}) {
        const Product p = partly_loud(d, random, 70, 150, 70, loud);
        const Result expected = reference(d, p);
        for (const std::string& kernel : Gemm::available(d)) {
          for (const int threads : {1, 2}) {
            ASSERT_EQ(compute(d, p, kernel, threads), expected)
                << kernel << ", " << term_bits << " term bits, loud " << loud;
          }
        }
      }
    }
  }
}

TEST(Gemm, ColumnsInSeveralStripes) {
  std::mt19937 random(6);
  Design d;
  d.datapath.accumulator_bits = 32;
  const Product p = partly_loud(d, random, 64, 300, 2100, 0);
  const Result expected = reference(d, p);
  for (const std::string& kernel : Gemm::available(d)) {
    ASSERT_EQ(compute(d, p, kernel, 2), expected) << kernel;
  }
}

TEST(Gemm, LoudOperandsDoSaturate) {
  std::mt19937 random(2);
  Design d;
  d.datapath.accumulator_bits = 18;
  EXPECT_GT(reference(d, random_product(d, random, 4, 4, 256, true)).overflows, 0);
}

TEST(Gemm, AChangedConstantChangesBits) {
  std::mt19937 random(3);
  const Design d;
  Design changed = d;
  changed.datapath.const_bits = 7;
  const Product p = random_product(d, random, 16, 4, 64, false);
  for (const std::string& kernel : Gemm::available(d)) {
    EXPECT_NE(compute(d, p, kernel, 1), compute(changed, p, kernel, 1)) << kernel;
  }
}

TEST(Gemm, UnknownKernelIsRefused) {
  const Parallel one(1);
  EXPECT_THROW(Gemm(Design{}, one, "abacus"), InputError);
}

TEST(Gemm, WiderSumsThanARegisterFallBackToPortable) {
  Design d;
  d.datapath.term_bits = 28;
  d.datapath.accumulator_bits = 32;
  EXPECT_EQ(Gemm::available(d), std::vector<std::string>{"portable"});
  expect_every_kernel_exact(d, "term 28");
}

}  // namespace
}  // namespace napier
