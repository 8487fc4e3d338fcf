#include "models/trace/reference.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>

#include "models/trace/record_check.hpp"
#include "tests/models/small_designs.hpp"

namespace napier {
namespace {

constexpr std::array<Shape, 6> kShapes = {
    {{8, 4, 8}, {9, 5, 7}, {1, 1, 1}, {17, 3, 20}, {5, 9, 32}, {3, 2, 4}}};

TEST(Reference, SumsProductsOfInt8) {
  GemmRecord r;
  r.m = 2, r.n = 1, r.k = 5;
  r.a = {1, 2, 3, 4, 5, 0xFF, 0x80, 0, 0, 1};  // second row: -1 -128 0 0 1
  r.b = {1, 2, 3, 4, 0xFB};                    // ... -5
  r.bias = {100, -7};
  r.post.bias_k = 1;
  compute_expected(test::small_int8(), r);
  EXPECT_EQ(r.acc, (std::vector<std::int32_t>{100 + 1 + 4 + 9 + 16 - 25, -7 - 1 - 256 - 5}));
  EXPECT_EQ(r.out, (std::vector<Word>{53, static_cast<Word>(-127)}));  // (105+1)>>1; -134 clamps
}

TEST(Reference, LargestLnsProductIsOneAtTheTopOctave) {
  const Design d = test::small_lns();
  const LnsFormat f(d.format);
  GemmRecord r;
  r.m = r.n = r.k = 1;
  r.a = {f.word(true, f.max_code())};
  r.b = {f.word(false, f.max_code())};
  compute_expected(d, r);
  // 2E = 254 = 31 * 8 + 6: -(2^(6/8) * 2^16) with the constant 431/256, then floored.
  EXPECT_EQ(r.acc[0], -(431 * 65536 / 256));
}

TEST(Reference, MaskAndReluClear) {
  const Design d = test::small_int8();
  GemmRecord r;
  r.m = 3, r.n = 1, r.k = 1;
  r.a = {5, 5, 0xFB};
  r.b = {1};
  r.mask = {1, 0, 1};
  r.post.relu = true;
  compute_expected(d, r);
  EXPECT_EQ(r.acc, (std::vector<std::int32_t>{5, 5, -5}));
  EXPECT_EQ(r.out, (std::vector<Word>{5, 0, 0}));
}

TEST(Reference, SaturationsAreCounted) {
  Design d = test::small_int8();
  d.datapath.accumulator_bits = 16;
  GemmRecord r;
  r.m = r.n = 1, r.k = 8;
  r.a.assign(8, 127);
  r.b.assign(8, 127);
  r.bias = {0x7FFF};
  compute_expected(d, r);
  EXPECT_EQ(r.saturations, 2);
  EXPECT_EQ(r.acc[0], 0x7FFF);
}

TEST(RandomTrace, SatisfiesItsOwnFormatAndShowsEveryFeature) {
  for (const Design& d :
       {test::small_lns(), test::small_odd(), test::small_without_zero(), test::small_int8(),
        test::small_channels(), test::small_fp8(), test::small_vectors()}) {
    const Trace t = random_trace(d, kShapes, 1);
    ASSERT_EQ(t.gemms.size(), kShapes.size());
    EXPECT_EQ(t.updates.size(), d.update.kind == UpdateKind::kMadam ? kShapes.size() : 0);
    std::set<Pass> passes;
    bool relu = false, raw = false, bias = false, mask = false;
    std::int64_t saturations = 0;
    std::set<Word> outs;
    for (const GemmRecord& r : t.gemms) {
      check_record(d, r, d.name);
      passes.insert(r.pass);
      relu |= r.post.relu, raw |= r.raw, bias |= !r.bias.empty(), mask |= !r.mask.empty();
      saturations += r.saturations;
      outs.insert(r.out.begin(), r.out.end());
    }
    for (const UpdateRecord& r : t.updates) {
      check_record(d, r, d.name);
      EXPECT_NE(r.before, r.after) << d.name;
    }
    EXPECT_EQ(passes.size(), 3);
    EXPECT_TRUE(relu && raw && bias && mask);
    EXPECT_GT(saturations, 0) << d.name;
    EXPECT_GT(outs.size(), 15) << d.name;
  }
}

TEST(RandomTrace, SeedDecides) {
  const Design d = test::small_lns();
  EXPECT_EQ(random_trace(d, kShapes, 7).gemms[1].a, random_trace(d, kShapes, 7).gemms[1].a);
  EXPECT_NE(random_trace(d, kShapes, 7).gemms[1].a, random_trace(d, kShapes, 8).gemms[1].a);
}

}  // namespace
}  // namespace napier
