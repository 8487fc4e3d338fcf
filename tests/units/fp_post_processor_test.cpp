// The FP8 post-processor against MPFR, which rounds to a given precision and exponent range, subnormal
// numbers included.
#include <gtest/gtest.h>
#include <mpfr.h>

#include <random>

#include "models/design/widths.hpp"
#include "models/train/scales.hpp"
#include "models/units/post_processor.hpp"
#include "models/units/vector_lane.hpp"

namespace napier {
namespace {

Design fp8(FormatKind kind) {
  Design d;
  d.format.kind = kind;
  d.update.kind = UpdateKind::kHost;
  return d;
}

/// acc * 2^-bias_k to the nearest number of 1 + mantissa bits, ties to even, with subnormal numbers;
/// saturated.
class Specification {
 public:
  /// `precision`: bits of a normal significand.
  Specification(const Minifloat& f, int precision) : f_(f) {
    mpfr_set_emin(f.min_exponent() - f.mantissa_bits + 1);  // MPFR's significands lie in [1/2, 1)
    mpfr_set_emax(1 << 20);
    mpfr_init2(x_, precision);
  }
  ~Specification() {
    mpfr_clear(x_);
    mpfr_set_emin(mpfr_get_emin_min());
    mpfr_set_emax(mpfr_get_emax_max());
  }
  Specification(const Specification&) = delete;
  Specification& operator=(const Specification&) = delete;

  bool agrees(std::int32_t acc, const PostSettings& settings, const PostResult& have) {
    const bool cut = acc < 0 && settings.relu;
    const int inexact = mpfr_set_si_2exp(x_, cut ? 0 : acc, -settings.bias_k, MPFR_RNDN);
    mpfr_subnormalize(x_, inexact, MPFR_RNDN);
    double want = mpfr_get_d(x_, MPFR_RNDN);
    PostEvent event = want == 0 && acc != 0 && !cut ? PostEvent::kUnderflow : PostEvent::kNone;
    if (std::fabs(want) > double{f_.max_value()}) {
      want = std::copysign(double{f_.max_value()}, want);
      event = PostEvent::kClamped;
    }
    const double got = double{f_.decode(have.word)};
    const bool negative = (have.word & f_.sign_code()) != 0;
    return got == want && negative == (acc < 0 && !cut) && have.event == event;
  }

 private:
  Minifloat f_;
  mpfr_t x_;
};

int differences(const Design& d, int precision, const std::vector<std::int32_t>& all,
                const PostSettings& settings) {
  const PostProcessor unit(d);
  Specification specification(widths::fp8_format(d), precision);
  int count = 0;
  for (const std::int32_t acc : all) count += !specification.agrees(acc, settings, unit(acc, settings));
  return count;
}

std::vector<std::int32_t> sixteen_bits() {
  std::vector<std::int32_t> all;
  for (int acc = -(1 << 15); acc < 1 << 15; ++acc) all.push_back(acc);
  return all;
}

/// Ends of octaves, ties and their neighbours at any place, and any 32 bits.
std::vector<std::int32_t> thirty_two_bits() {
  std::mt19937 random(1);
  std::vector<std::int32_t> all = {0, INT32_MAX, INT32_MIN};
  for (int place = 3; place < 31; ++place) {
    for (std::int64_t top = 8; top < 32; ++top) {
      for (const int beside : {-1, 0, 1}) {
        const std::int64_t acc = (top << place >> 3) + beside;
        if (acc > INT32_MAX) continue;
        all.push_back(static_cast<std::int32_t>(acc));
        all.push_back(static_cast<std::int32_t>(-acc));
      }
    }
  }
  for (int i = 0; i < 3000; ++i) all.push_back(static_cast<std::int32_t>(random()));
  return all;
}

class FpPostProcessor : public testing::TestWithParam<FormatKind> {
 protected:
  Design design_ = fp8(GetParam());
  int precision_ = widths::fp8_format(design_).mantissa_bits + 1;
};

INSTANTIATE_TEST_SUITE_P(Formats, FpPostProcessor,
                         testing::Values(FormatKind::kFp8E4m3, FormatKind::kFp8E5m2), [](const auto& tested) {
                           return tested.param == FormatKind::kFp8E4m3 ? "e4m3" : "e5m2";
                         });

TEST_P(FpPostProcessor, RoundsEveryAccumulatorOf16Bits) {
  const std::vector<std::int32_t> all = sixteen_bits();
  for (int bias_k = -10; bias_k <= 34; ++bias_k) {
    ASSERT_EQ(differences(design_, precision_, all, {.bias_k = bias_k, .relu = bias_k % 2 == 0}), 0)
        << bias_k;
  }
}

TEST_P(FpPostProcessor, RoundsAccumulatorsOf32Bits) {
  const std::vector<std::int32_t> all = thirty_two_bits();
  for (int bias_k = -20; bias_k <= 60; ++bias_k) {
    ASSERT_EQ(differences(design_, precision_, all, {.bias_k = bias_k, .relu = false}), 0) << bias_k;
  }
  for (const int bias_k : {-32768, -1000, 1000, 32767}) {
    ASSERT_EQ(differences(design_, precision_, all, {.bias_k = bias_k, .relu = false}), 0) << bias_k;
  }
}

TEST_P(FpPostProcessor, CheckSeesAnotherPrecisionAndPlace) {
  EXPECT_GT(differences(design_, precision_ + 1, sixteen_bits(), {.bias_k = 3, .relu = false}), 0);
  const PostProcessor unit(design_);
  Specification specification(widths::fp8_format(design_), precision_);
  EXPECT_FALSE(
      specification.agrees(100, {.bias_k = 3, .relu = false}, unit(100, {.bias_k = 4, .relu = false})));
  EXPECT_FALSE(specification.agrees(-1, {.bias_k = 0, .relu = false}, unit(-1, {.bias_k = 0, .relu = true})));
}

/// What the trainer makes of scales: an accumulator's value survives within half of the result's last place.
TEST_P(FpPostProcessor, ProductsKeepTheirValue) {
  const Minifloat& f = widths::fp8_format(design_);
  const VectorLane lane(design_);
  const PostProcessor unit(design_);
  const int top = f.max_exponent();  // three products of the top octave lose nothing in their terms
  const auto large = static_cast<Word>(f.encode(std::ldexp(1.0, top)));
  const std::vector<Word> a = {large, large, large};
  const auto acc = static_cast<std::int32_t>(lane(a, a));
  const double value = std::ldexp(3.0, 2 * top + 4 - 1);
  EXPECT_EQ(acc * accumulator_unit(design_, 4, -1), value);
  for (const int k_out : {top + 4, top + 5, top + 7}) {
    const PostResult out = unit(acc, {.bias_k = bias_k(design_, 4, -1, k_out), .relu = false});
    EXPECT_EQ(std::ldexp(double{f.decode(out.word)}, k_out), value);
  }
}

TEST_P(FpPostProcessor, TheTrackedScaleIsTheSmallestThatDoesNotClamp) {
  const PostProcessor unit(design_);
  for (std::uint32_t magnitude = 1; magnitude < 1 << 23; magnitude = magnitude * 17 / 16 + 1) {
    const int k = scale_of_accumulator(design_, magnitude, 3, -7).value();
    const auto clamped = [&](int k_out) {
      const PostSettings settings{.bias_k = bias_k(design_, 3, -7, k_out), .relu = false};
      return unit(static_cast<std::int32_t>(magnitude), settings).event == PostEvent::kClamped;
    };
    ASSERT_FALSE(clamped(k)) << magnitude;
    ASSERT_TRUE(clamped(k - 1)) << magnitude;
  }
}

}  // namespace
}  // namespace napier
