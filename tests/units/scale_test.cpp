// The scale from end to end: the real value of a product against the real value of the word that comes out.
#include <gtest/gtest.h>

#include <cmath>

#include "models/design/widths.hpp"
#include "models/format/quantizer.hpp"
#include "models/units/post_processor.hpp"
#include "models/units/vector_lane.hpp"

namespace napier {
namespace {

/// Largest relative excess of Mitchell's 1 + f over 2^f, f the remainder bits below the bin, in multiples of
/// 1/gamma.
double mitchell_excess(const Design& d) {
  const int gamma = 1 << d.format.gamma_log2;
  const int low = gamma >> d.datapath.lut_bits;
  double excess = 0;
  for (int r = 0; r < low; ++r) {
    const double f = static_cast<double>(r) / gamma;
    excess = std::max(excess, (1 + f) / std::exp2(f) - 1);
  }
  return excess;
}

/// Bound on |log2(output / true product)|. x: true product in accumulator units, above `least`.
///   constants:   C is within 2^-(CF+1) of a number >= 1
///   Mitchell:    at most `excess` above, never below
///   truncation:  the term loses less than 1 unit, times the constant < 2 + 2^-CF, then less than 1 more: 4
///   units comparison:  dropped mantissa bits cannot pass a threshold, which is off by at most
///   2^-(compare_bits+1) the code:    half a code, 1/(2 gamma)
double bound(const Design& d, double least) {
  const bool per_element = d.datapath.style == ConversionStyle::kPerElement;
  const double constant = std::exp2(-d.datapath.const_bits - 1);
  const double excess = per_element ? 0 : mitchell_excess(d);
  const double compare = std::exp2(-d.post_processor.compare_bits - 1);
  const double above = std::log2((1 + constant) * (1 + excess));
  const double below = -std::log2((1 - constant) - 4 / least);
  return std::max(above, below) - std::log2(1 - compare) + 0.5 / (1 << d.format.gamma_log2);
}

/// Pairs whose output is off by more than the bound, or of the wrong sign. k_error: added to the true bias.
int outside_bound(const Design& d, int k_error) {
  const Quantizer q(d);
  const VectorLane lane(d);
  const PostProcessor post(d);
  const int k_a = 13, k_b = -29;
  constexpr double kLeast = 512;  // accumulator units below which the bound says little
  const int k_out = k_a + k_b;    // the largest product is then the largest output
  const PostSettings settings{.bias_k = bias_k(d, k_a, k_b, k_out) + k_error, .relu = false};
  const LnsFormat f(d.format);
  const double unit_log2 =
      static_cast<double>(k_a + k_b - 2 * f.max_code()) / f.gamma() + f.max_quotient() - d.datapath.term_bits;
  int count = 0;
  for (int a = 0; a < 1 << f.bits; ++a) {
    for (int b = 0; b < 1 << f.bits; ++b) {
      const Word x = static_cast<Word>(a), y = static_cast<Word>(b);
      if (f.is_zero(x) || f.is_zero(y)) continue;
      const double real_log2 =
          static_cast<double>(k_a + k_b + f.code(x) + f.code(y) - 2 * f.max_code()) / f.gamma();
      if (real_log2 - unit_log2 < std::log2(kLeast)) continue;
      const auto acc = static_cast<std::int32_t>(lane({&x, 1}, {&y, 1}));
      const PostResult out = post(acc, settings);
      if (out.event == PostEvent::kUnderflow) continue;  // the product is below the output's range
      const double value = q.dequantize(out.word, k_out);
      const bool sign_right = (value < 0) == (f.negative(x) != f.negative(y));
      const double error = std::abs(std::log2(std::abs(value)) - real_log2);
      count +=
          sign_right && error <= bound(d, kLeast) + 1e-6 ? 0 : 1;  // 1e-6: float values and doubles' log2
    }
  }
  return count;
}

TEST(Scale, ProductsKeepTheirValue) {
  Design d;
  for (const int gamma_log2 : {2, 3, 4}) {
    d.format.gamma_log2 = gamma_log2;
    for (const auto style : {ConversionStyle::kPerElement, ConversionStyle::kBinned}) {
      d.datapath.style = style;
      for (d.datapath.lut_bits = 0; d.datapath.lut_bits <= gamma_log2; ++d.datapath.lut_bits) {
        for (const int term_bits : {12, 16, 20}) {
          d.datapath.term_bits = term_bits;
          if (widths::term_shift(d) < 0) continue;
          EXPECT_EQ(outside_bound(d, 0), 0) << gamma_log2 << ' ' << d.datapath.lut_bits << ' ' << term_bits;
        }
      }
    }
  }
}

TEST(Scale, BoundSeesABiasThatIsOffByOneCode) {
  EXPECT_GT(outside_bound(Design{}, 1), 0);
  EXPECT_GT(outside_bound(Design{}, -1), 0);
}

TEST(Scale, LargestProductComesOutAsLargestCode) {
  // 2E = 254 = 31 * 8 + 6 is no whole octave: its 6/8 octave belongs into bias_k.
  const Design d;
  const std::vector<Word> one = {127};
  const auto acc = static_cast<std::int32_t>(VectorLane(d)(one, one));
  EXPECT_EQ(acc, (256 << 16) * 431LL / 256 >> 8);
  const PostResult out = PostProcessor(d)(acc, {.bias_k = bias_k(d, 0, 0, 0), .relu = false});
  EXPECT_EQ(out.word, 127);
  EXPECT_EQ(out.event, PostEvent::kNone);
}

TEST(Scale, Int8ProductsKeepTheirValue) {
  Design d;
  d.format.kind = FormatKind::kInt8;
  const Quantizer q(d);
  const PostProcessor post(d);
  const int k_a = -7, k_b = 3, k_out = 3;
  for (int acc = -16129; acc <= 16129; ++acc) {
    const PostResult out = post(acc, {.bias_k = bias_k(d, k_a, k_b, k_out), .relu = false});
    const double real = std::ldexp(acc, k_a + k_b);
    EXPECT_LE(std::abs(q.dequantize(out.word, k_out) - real), std::ldexp(0.5, k_out));  // half a unit
  }
}

}  // namespace
}  // namespace napier
