// The fast lanes against the exact function, all designs.
#include "sim/lane_kernel.hpp"

#include <gmock/gmock.h>

#include <random>

#include "models/design/widths.hpp"
#include "models/units/vector_lane.hpp"
#include "sim/activity.hpp"
#include "tests/models/small_designs.hpp"

namespace napier::sim {
namespace {

std::vector<Design> designs() {
  std::vector<Design> all = {napier::test::small_lns(),          napier::test::small_odd(),
                             napier::test::small_without_zero(), napier::test::small_int8(),
                             napier::test::small_fp8(),          Design{}};
  for (const ConversionStyle style : {ConversionStyle::kPerElement, ConversionStyle::kSplitSign}) {
    Design d;
    d.datapath.style = style;
    d.datapath.term_rounding = TermRounding::kHalfUp;
    d.datapath.term_bits = 24;  // sums past 32 bits
    all.push_back(d);
  }
  Design wide_terms = napier::test::small_fp8();
  wide_terms.format.kind = FormatKind::kFp8E5m2;
  wide_terms.datapath.term_bits = 30;
  wide_terms.datapath.term_rounding = TermRounding::kHalfUp;
  all.push_back(wide_terms);
  Design narrow;
  narrow.format.bits = 4;
  narrow.format.gamma_log2 = 0;
  narrow.datapath.lut_bits = 0;
  narrow.datapath.term_bits = 6;
  all.push_back(narrow);
  Design vectors;
  vectors.name = "vectors";
  vectors.format.scale_group = ScaleGroup::kVector;
  all.push_back(vectors);
  vectors.datapath.term_bits = 28;  // sums of more than 32 bits
  all.push_back(vectors);
  return all;
}

TEST(LaneKernel, GivesTheExactSumsOfEveryLane) {
  std::mt19937_64 random(1);
  for (const Design& design : designs()) {
    const VectorLane exact(design);
    LaneKernel kernel(design);
    const auto vector = static_cast<std::size_t>(design.datapath.vector);
    const auto lanes = static_cast<std::size_t>(design.datapath.lanes);
    const auto stationary = static_cast<std::size_t>(widths::stationary_words(design));
    std::vector<Word> a(lanes * stationary), b(vector);
    std::vector<std::int64_t> sums(lanes);
    for (int round = 0; round < 200; ++round) {
      const auto word = [&] {
        if (random() % 6 == 0) return Word{0};
        const unsigned all_words = 1U << design.format.bits;
        if (widths::is_fp8(design)) {
          const Minifloat& f = widths::fp8_format(design);
          const auto most = static_cast<unsigned>(f.max_code());
          return static_cast<Word>((round % 4 == 0 ? most : random() % (most + 1)) | (random() % 2) << 7);
        }
        const auto w = static_cast<Word>(round % 4 == 0 ? all_words / 2 - 1 : random() % all_words);
        const bool negative_zero = design.format.kind == FormatKind::kLns && w == all_words / 2;
        return negative_zero && design.format.zero == ZeroCode::kReserved ? Word{0} : w;
      };
      for (Word& w : a) w = word();
      for (Word& w : b) w = word();
      for (std::size_t at = vector; stationary > vector && at < a.size(); at += stationary) {
        a[at] = static_cast<Word>(random() % (random() % 8 == 0 ? 256 : 6));
      }
      kernel.load_stationary(a);
      kernel.multiply(b, sums);
      std::int64_t zeros = 0;
      const LnsFormat format(design.format);
      const bool lns = design.format.kind == FormatKind::kLns;
      const bool fp8 = widths::is_fp8(design);
      const auto is_zero = [&](Word w) { return lns ? format.is_zero(w) : fp8 ? (w & 0x7F) == 0 : w == 0; };
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        const auto row = std::span(a).subspan(lane * stationary, vector);
        const int octaves = stationary > vector ? a[lane * stationary + vector] : 0;
        ASSERT_EQ(sums[lane], exact(row, b, octaves)) << design.name << ", lane " << lane;
        for (std::size_t v = 0; v < vector; ++v) zeros += is_zero(row[v]) || is_zero(b[v]) ? 1 : 0;
      }
      ASSERT_EQ(kernel.zero_products(), zeros);
    }
  }
}

TEST(Hamming, CountsDifferingBits) {
  const std::vector<std::uint8_t> x(19, 0x0F), y(19, 0x3C);
  EXPECT_EQ(hamming(x, y), 19 * 4);
  EXPECT_EQ(hamming(x, x), 0);
  EXPECT_EQ(hamming(std::int64_t{-1}, std::int64_t{0}, 24), 24);
  EXPECT_EQ(hamming(std::int64_t{5}, std::int64_t{4}, 64), 1);
}

}  // namespace
}  // namespace napier::sim
