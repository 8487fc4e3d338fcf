// Products of the floating-point baselines: the portable kernel against the definition in other arithmetic
// (whole numbers, doubles), every other kernel against the portable one, bit for bit.
#include "models/gemm/float_gemm.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <vector>

#include "models/base/error.hpp"
#include "models/base/random.hpp"
#include "models/design/design_file.hpp"
#include "models/format/number_format.hpp"

namespace napier {
namespace {

using Floats = std::vector<float>;

constexpr FormatKind kKinds[] = {FormatKind::kFp16,    FormatKind::kBf16,  FormatKind::kFp8E4m3,
                                 FormatKind::kFp8E5m2, FormatKind::kMxfp8, FormatKind::kMxfp4,
                                 FormatKind::kNvfp4};

bool is_fp8(FormatKind kind) { return kind == FormatKind::kFp8E4m3 || kind == FormatKind::kFp8E5m2; }

bool is_blocked(FormatKind kind) { return number_format(kind).accumulation == Accumulation::kBlocks; }

Design design_of(FormatKind kind) {
  Design d;
  d.format.kind = kind;
  d.update.kind = UpdateKind::kHost;
  return d;
}

struct Shape {
  int m, n, k;
};

struct Product {
  Shape shape;
  Floats a, b, bias;
  int k_a = 0, k_b = 0;
};

std::size_t area(int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); }

/// Numbers of the format, all codes alike; `octaves` > 0 keeps to those below the format's largest exponent
/// by at most so many. Blocked formats: floats of some octaves.
Floats random_numbers(FormatKind kind, std::size_t count, std::uint64_t stream, int octaves) {
  const Philox random(17);
  const Minifloat f = number_format(kind).element();
  Floats x;
  for (std::uint64_t i = 0; x.size() < count; ++i) {
    if (is_blocked(kind)) {
      const float magnitude =
          std::ldexp(random.symmetric(stream, i), -static_cast<int>(random.below(14, stream + 50, i)));
      x.push_back(random.below(9, stream + 99, i) == 0 ? 0.0F : magnitude);
      continue;
    }
    const auto code = static_cast<std::uint16_t>(random.below(1U << f.bits(), stream, i));
    const float v = f.decode(code);
    if (!std::isfinite(v)) continue;
    if (octaves > 0 && std::fabs(v) < std::ldexp(f.max_value(), -octaves) && v != 0) continue;
    // bfloat16's products overflow FP32 in its upper half: with `octaves`, numbers about 1.
    x.push_back(octaves > 0 && kind == FormatKind::kBf16 ? std::ldexp(v, -120) : v);
  }
  return x;
}

Product random_product(FormatKind kind, Shape s, int octaves = 0) {
  Product p{s,
            random_numbers(kind, area(s.m, s.k), 1, octaves),
            random_numbers(kind, area(s.n, s.k), 2, octaves),
            {}};
  p.k_a = number_format(kind).scaled ? -7 : 0;
  p.k_b = number_format(kind).scaled ? 3 : 0;
  const Philox random(5);
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(s.m); ++i)
    p.bias.push_back(random.symmetric(0, i));
  return p;
}

struct Result {
  Floats y;
  std::int64_t overflows = 0;
};

Result multiply(const Design& d, const Product& p, const std::string& kernel, int threads = 1) {
  const Parallel parallel(threads);
  FloatGemm gemm(d, parallel, kernel);
  Result r{Floats(area(p.shape.n, p.shape.m)), 0};
  r.overflows = gemm(p.shape.m, p.shape.n, p.shape.k, {p.a, p.k_a}, {p.b, p.k_b}, p.bias, r.y).overflows;
  return r;
}

bool same(const Result& a, const Result& b) {
  return a.y.size() == b.y.size() && std::memcmp(a.y.data(), b.y.data(), a.y.size() * sizeof(float)) == 0 &&
         a.overflows == b.overflows;
}

// ---- The definitions, once more, in whole numbers and doubles.

/// floor(|a b| 2^e) with its sign, from the numbers' significands.
std::int64_t whole_term(float a, float b, int exponent, bool half_up) {
  int ea = 0, eb = 0;
  const auto ma = static_cast<std::int64_t>(std::ldexp(std::frexp(std::fabs(a), &ea), 8));
  const auto mb = static_cast<std::int64_t>(std::ldexp(std::frexp(std::fabs(b), &eb), 8));
  const int shift = ea + eb - 16 + exponent;
  const std::int64_t m = ma * mb;  // times 2^shift
  std::int64_t magnitude = 0;
  if (shift >= 0) {
    magnitude = m << shift;
  } else if (shift > -60) {
    magnitude = (m + (half_up ? std::int64_t{1} << (-shift - 1) : 0)) >> -shift;
  }
  return std::signbit(a) != std::signbit(b) ? -magnitude : magnitude;
}

float integer_element(const Design& d, const Product& p, int row, int column, std::int64_t& overflows) {
  const double largest = double{number_format(d.format.kind).limit};
  const int top = static_cast<int>(std::floor(std::log2(largest * largest)));
  const int exponent = d.datapath.term_bits - top;
  const std::int64_t limit = std::int64_t{1} << (d.datapath.accumulator_bits - 1);
  const double unit = std::exp2(p.k_a + p.k_b - exponent);
  std::int64_t acc = std::clamp(
      static_cast<std::int64_t>(std::floor(double{p.bias[static_cast<std::size_t>(row)]} / unit + 0.5)),
      -limit, limit - 1);
  for (int start = 0; start < p.shape.k; start += d.datapath.vector) {
    for (int i = start; i < std::min(p.shape.k, start + d.datapath.vector); ++i) {
      acc += whole_term(p.a[area(row, p.shape.k) + static_cast<std::size_t>(i)],
                        p.b[area(column, p.shape.k) + static_cast<std::size_t>(i)], exponent,
                        d.datapath.term_rounding == TermRounding::kHalfUp);
    }
    if (acc >= -limit && acc < limit) continue;
    ++overflows;
    if (d.datapath.overflow == Overflow::kSaturate) {
      acc = std::clamp(acc, -limit, limit - 1);
    } else {
      acc = ((acc + limit) % (2 * limit) + 2 * limit) % (2 * limit) - limit;
    }
  }
  return static_cast<float>(static_cast<double>(acc) * unit);
}

/// A float's sum by a double's: 53 bits are enough that rounding twice is rounding once.
float add(float a, float b) { return static_cast<float>(double{a} + double{b}); }

float tree(const Product& p, int row, int column, int start, int count) {
  if (count == 1) {
    if (start >= p.shape.k) return 0.0F;
    return static_cast<float>(double{p.a[area(row, p.shape.k) + static_cast<std::size_t>(start)]} *
                              double{p.b[area(column, p.shape.k) + static_cast<std::size_t>(start)]});
  }
  return add(tree(p, row, column, start, count / 2), tree(p, row, column, start + count / 2, count / 2));
}

float tree_element(const Design& d, const Product& p, int row, int column) {
  const double unit = std::exp2(p.k_a + p.k_b);
  auto acc = static_cast<float>(double{p.bias[static_cast<std::size_t>(row)]} / unit);
  for (int start = 0; start < p.shape.k; start += d.datapath.vector) {
    acc = add(acc, tree(p, row, column, start, d.datapath.vector));
  }
  return static_cast<float>(double{acc} * unit);
}

float block_element(const Design& d, const Product& p, int row, int column) {
  const BlockFormat f = number_format(d.format.kind).blocks;
  const double unit = std::exp2(p.k_a + p.k_b);
  auto acc = static_cast<float>(double{p.bias[static_cast<std::size_t>(row)]} / unit);
  const auto size = static_cast<std::size_t>(f.block);
  const auto k = static_cast<std::size_t>(p.shape.k);
  for (std::size_t start = 0; start < k; start += size) {
    const std::size_t count = std::min(size, k - start);
    Floats a(count), b(count), scale_a(1), scale_b(1);
    round_blocks(f, std::span(p.a).subspan(area(row, p.shape.k) + start, count), p.k_a, a, scale_a);
    round_blocks(f, std::span(p.b).subspan(area(column, p.shape.k) + start, count), p.k_b, b, scale_b);
    std::int64_t sum = 0;  // in units of 2^-18, the square of E4M3's smallest number
    for (std::size_t i = 0; i < count; ++i) {
      sum += static_cast<std::int64_t>(std::ldexp(a[i], 9)) * static_cast<std::int64_t>(std::ldexp(b[i], 9));
    }
    const double scaled = std::ldexp(static_cast<double>(sum), -18) * double{scale_a[0]} * double{scale_b[0]};
    acc = add(acc, static_cast<float>(scaled));
  }
  return static_cast<float>(double{acc} * unit);
}

Result defined(const Design& d, const Product& p) {
  Result r{Floats(area(p.shape.n, p.shape.m)), 0};
  for (int n = 0; n < p.shape.n; ++n) {
    for (int m = 0; m < p.shape.m; ++m) {
      float& y = r.y[area(n, p.shape.m) + static_cast<std::size_t>(m)];
      switch (number_format(d.format.kind).accumulation) {
        case Accumulation::kInteger:
          y = integer_element(d, p, m, n, r.overflows);
          break;
        case Accumulation::kTree:
          y = tree_element(d, p, m, n);
          break;
        case Accumulation::kBlocks:
          y = block_element(d, p, m, n);
          break;
      }
    }
  }
  return r;
}

/// Designs of one kind that differ in what its datapath reads.
std::vector<Design> designs(FormatKind kind) {
  std::vector<Design> all = {design_of(kind)};
  if (is_blocked(kind)) return all;
  for (const int vector : {1, 2, 4, 8, 16, 256}) {
    all.push_back(design_of(kind));
    all.back().datapath.vector = vector;
  }
  if (!is_fp8(kind)) return all;
  for (const int term_bits : {2, 8, 12, 24, 30}) {
    for (const TermRounding rounding : {TermRounding::kTruncate, TermRounding::kHalfUp}) {
      all.push_back(design_of(kind));
      all.back().datapath.term_bits = term_bits;
      all.back().datapath.term_rounding = rounding;
      all.back().datapath.accumulator_bits = term_bits == 30 ? 32 : 20;
      all.back().datapath.vector = term_bits == 24 ? 4 : 16;
      all.back().datapath.overflow = term_bits == 12 ? Overflow::kWrap : Overflow::kSaturate;
    }
  }
  return all;
}

class FloatGemmTest : public testing::TestWithParam<FormatKind> {};

INSTANTIATE_TEST_SUITE_P(Kinds, FloatGemmTest, testing::ValuesIn(kKinds),
                         [](const auto& tested) { return format_name(tested.param); });

TEST_P(FloatGemmTest, ThePortableKernelIsTheDefinition) {
  for (const Design& d : designs(GetParam())) {
    for (const int octaves : {0, 6}) {
      const Product p = random_product(GetParam(), {17, 3, 75}, octaves);
      EXPECT_TRUE(same(multiply(d, p, "portable"), defined(d, p)))
          << "vector " << d.datapath.vector << ", term bits " << d.datapath.term_bits;
    }
  }
}

TEST_P(FloatGemmTest, EveryKernelGivesTheSameBits) {
  for (const Design& d : designs(GetParam())) {
    for (const Shape s : {Shape{1, 1, 1}, Shape{16, 4, 32}, Shape{37, 11, 130}, Shape{5, 131, 33}}) {
      for (const int octaves : {0, 6}) {
        const Product p = random_product(GetParam(), s, octaves);
        const Result expected = multiply(d, p, "portable");
        for (const std::string& kernel : FloatGemm::available(d)) {
          EXPECT_TRUE(same(multiply(d, p, kernel), expected))
              << kernel << " vector " << d.datapath.vector << ", term bits " << d.datapath.term_bits;
          EXPECT_TRUE(same(multiply(d, p, kernel, 2), expected)) << kernel << " on two threads";
        }
      }
    }
  }
}

TEST_P(FloatGemmTest, TheComparisonSeesOneFlippedBitOfAnOperand) {
  const Design d = design_of(GetParam());
  Product p = random_product(GetParam(), {3, 3, 40}, 3);
  const Result expected = multiply(d, p, "portable");
  // The largest of its row and block, so that it cannot drown: half of it.
  std::size_t largest = 0;
  for (std::size_t i = 0; i < 40; ++i) largest = std::fabs(p.a[i]) > std::fabs(p.a[largest]) ? i : largest;
  p.a[largest] /= 2;
  for (const std::string& kernel : FloatGemm::available(d))
    EXPECT_FALSE(same(multiply(d, p, kernel), expected)) << kernel;
}

TEST(FloatGemm, EveryParameterOfTheDatapathActs) {
  for (const FormatKind kind : {FormatKind::kFp8E4m3, FormatKind::kFp8E5m2}) {
    Design d = design_of(kind);
    d.datapath.term_bits = 12;
    d.datapath.accumulator_bits = 13;
    const Product p = random_product(kind, {8, 8, 200}, 6);
    const Result expected = multiply(d, p, "");
    EXPECT_GT(expected.overflows, 0);
    const auto differs = [&](auto change) {
      Design other = d;
      change(other.datapath);
      return !same(multiply(other, p, ""), expected);
    };
    EXPECT_TRUE(differs([](Datapath& x) { x.term_bits = 11; }));
    EXPECT_TRUE(differs([](Datapath& x) { x.term_rounding = TermRounding::kHalfUp; }));
    EXPECT_TRUE(differs([](Datapath& x) { x.accumulator_bits = 12; }));
    EXPECT_TRUE(differs([](Datapath& x) { x.overflow = Overflow::kWrap; }));
    EXPECT_TRUE(differs([](Datapath& x) { x.vector = 4; }));
  }
  for (const FormatKind kind : {FormatKind::kFp16, FormatKind::kBf16}) {
    const Product p = random_product(kind, {8, 8, 200}, 6);
    Design d = design_of(kind);
    const Result expected = multiply(d, p, "");
    d.datapath.vector = 16;
    EXPECT_FALSE(same(multiply(d, p, ""), expected));
  }
}

TEST(FloatGemm, SmallWholeNumbersAreExactInEveryFormat) {
  for (const FormatKind kind : kKinds) {
    Design d = design_of(kind);
    d.datapath.term_bits = 30;  // of FP8, whose unit is then small enough
    d.datapath.accumulator_bits = 32;
    // Two blocks of E2M1's numbers, the largest among them: block scales of 1.
    Product p{{2, 1, 32}, Floats(64, 1.0F), Floats(32, 2.0F), {0.5F, -8.0F}};
    for (std::size_t i = 0; i < 64; i += 16) p.a[i] = 6.0F;
    for (std::size_t i = 0; i < 32; i += 16) p.b[i] = -6.0F;
    for (Floats* x : {&p.a, &p.b}) {
      for (float& v : *x) v = is_fp8(kind) ? std::ldexp(v, 6) : v;
    }
    if (is_fp8(kind)) p.k_a = p.k_b = -6;
    const Result r = multiply(d, p, "");
    // 2 blocks of 6 * -6 + 15 * 1 * 2
    EXPECT_THAT(r.y, testing::ElementsAre(-12 + 0.5F, -12 - 8.0F)) << format_name(kind);
  }
}

TEST(FloatGemm, ZerosAndEmptySumsGiveTheBias) {
  for (const FormatKind kind : kKinds) {
    Product zeros{{2, 2, 5}, Floats(10), Floats(10), {0.25F, -0.5F}};
    if (is_fp8(kind)) zeros.k_a = zeros.k_b = -10;  // a unit of 2^-5 and less
    EXPECT_THAT(multiply(design_of(kind), zeros, "").y, testing::ElementsAre(0.25F, -0.5F, 0.25F, -0.5F))
        << format_name(kind);
  }
}

TEST(FloatGemm, RefusesUnknownKernelsAndWrongSizes) {
  const Design d = design_of(FormatKind::kBf16);
  const Parallel parallel(1);
  EXPECT_THROW(FloatGemm(d, parallel, "sse"), InputError);
  EXPECT_THROW(FloatGemm(Design{}, parallel), InternalError);
  FloatGemm gemm(d, parallel);
  Floats a(4), y(4);
  EXPECT_THROW(gemm(2, 2, 2, {a, 0}, {std::span(a).first(3), 0}, {}, y), InternalError);
}

TEST(FloatGemm, VectorKernelsAreLeftOutWhereSumsMightNotFit) {
  Design d = design_of(FormatKind::kFp8E4m3);
  d.datapath.term_bits = 30;
  EXPECT_THAT(FloatGemm::available(d), testing::ElementsAre("portable"));
}

}  // namespace
}  // namespace napier
