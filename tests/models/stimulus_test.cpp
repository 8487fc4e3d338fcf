#include "models/stimulus/stimulus.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>

#include "models/base/error.hpp"
#include "models/design/widths.hpp"
#include "models/stimulus/channels.hpp"
#include "models/stimulus/word_packer.hpp"
#include "models/trace/reference.hpp"
#include "tests/models/small_designs.hpp"

namespace napier {
namespace {

using testing::HasSubstr;

std::span<const std::uint8_t> word(const WordStream& s, std::int64_t index) {
  const auto size = static_cast<std::size_t>(s.word_bytes());
  return std::span(s.bytes).subspan(static_cast<std::size_t>(index) * size, size);
}

/// A product whose operands tell their place: a[m][k] = 16 m + k, b[n][k] = 128 + 16 n + k in INT8 words.
Trace placed_trace() {
  Trace t;
  t.design = test::small_int8();  // L 8, V 4, N 4, P 4
  GemmRecord r;
  r.m = 11, r.n = 5, r.k = 6;
  for (int m = 0; m < r.m; ++m) {
    for (int k = 0; k < r.k; ++k) r.a.push_back(static_cast<Word>(16 * m + k));
  }
  for (int n = 0; n < r.n; ++n) {
    for (int k = 0; k < r.k; ++k) r.b.push_back(static_cast<Word>(128 + 16 * n + k));
  }
  for (int m = 0; m < r.m; ++m) r.bias.push_back(-1000 - m);
  r.mask.assign(static_cast<std::size_t>(r.n * r.m), 1);
  r.mask[3 * 11 + 9] = 0;
  r.post.bias_k = -3;
  compute_expected(t.design, r);
  t.gemms.push_back(r);
  return t;
}

TEST(Channels, WidthsOfThePaperDesign) {
  const Design d;  // L 32, V 32, N 16, P 8, B 8, A 24, U 8
  std::vector<std::string> names;
  std::vector<int> bits;
  for (const Channel& c : channels(d)) names.push_back(c.name), bits.push_back(c.bits);
  EXPECT_THAT(names, testing::ElementsAre("job", "a_fill", "b_fill", "bias", "mask", "a", "b", "issue", "sum",
                                          "drain", "out", "update_job", "update_in", "update_out"));
  // terms are cut off: a sum has 17 + 5 + 1 bits in a bin and one more when scaled, 24
  EXPECT_THAT(bits, testing::ElementsAre(112, 256, 256, 192, 8, 8192, 256, 262, 32 * 24 + 6, 192, 192, 128,
                                         8 * (16 + 8 + 22), 8 * (16 + 22)));
  Design host = d;
  host.update.kind = UpdateKind::kHost;
  EXPECT_EQ(channels(host).back().name, "out");
}

TEST(Stimulus, JobWordHasTheFieldsOfTheContract) {
  const Stimulus s = make_stimulus(placed_trace());
  ASSERT_EQ(s.job.words(), 1);
  const std::array<int, 5> expected = {2, 2, 2, 1, 1};  // m, n, k tiles, n_last, g_last
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(word_field(word(s.job, 0), 16 * i, 16),
              static_cast<unsigned>(expected[static_cast<std::size_t>(i)]))
        << i;
  }
  EXPECT_EQ(signed_word_field(word(s.job, 0), 80, 16), -3);
  EXPECT_EQ(word_field(word(s.job, 0), 96, 16), 0b1100u);  // has bias, has mask
}

TEST(Stimulus, OperandsComeInTileOrderWithZeroPadding) {
  const Trace t = placed_trace();
  const Stimulus s = make_stimulus(t);
  ASSERT_EQ(s.a_fill.words(), 2 * 2 * 8);
  for (int mt = 0; mt < 2; ++mt) {
    for (int kt = 0; kt < 2; ++kt) {
      for (int lane = 0; lane < 8; ++lane) {
        const auto w = word(s.a_fill, (mt * 2 + kt) * 8 + lane);
        for (int i = 0; i < 4; ++i) {
          const int m = mt * 8 + lane, k = kt * 4 + i;
          EXPECT_EQ(w[static_cast<std::size_t>(i)], m < 11 && k < 6 ? static_cast<Word>(16 * m + k) : 0);
        }
      }
    }
  }
  // b is streamed once for each m tile: tile 0 has n = 0..3, tile 1 has n = 4.
  ASSERT_EQ(s.b_fill.words(), 2 * (2 * 4 + 2 * 1));
  const std::array<std::pair<int, int>, 10> order = {
      {{0, 0}, {1, 0}, {2, 0}, {3, 0}, {0, 1}, {1, 1}, {2, 1}, {3, 1}, {4, 0}, {4, 1}}};
  for (int i = 0; i < 20; ++i) {
    const auto [n, kt] = order[static_cast<std::size_t>(i % 10)];
    EXPECT_EQ(word(s.b_fill, i)[0], static_cast<Word>(128 + 16 * n + 4 * kt)) << i;
    EXPECT_EQ(word(s.b_fill, i)[3], kt == 1 ? 0 : static_cast<Word>(128 + 16 * n + 3)) << i;
  }
}

TEST(Stimulus, BiasMaskDrainAndOutFollowTheOutputs) {
  const Trace t = placed_trace();
  const GemmRecord& r = t.gemms[0];
  const Stimulus s = make_stimulus(t);
  ASSERT_EQ(s.bias.words(), 2 * 2);
  EXPECT_EQ(signed_word_field(word(s.bias, 2), 48, 24), -1010);  // m = 8 + 2
  EXPECT_EQ(signed_word_field(word(s.bias, 2), 72, 24), 0);      // past M
  EXPECT_EQ(signed_word_field(word(s.bias, 1), 0, 24), -1004);
  ASSERT_EQ(s.out.words(), 5 * 2 + 5 * 1);
  ASSERT_EQ(s.mask.words(), 15);
  ASSERT_EQ(s.drain.words(), 15);
  for (int i = 0; i < 15; ++i) {
    const OutputPlace p = output_place(t, i);
    for (int lane = 0; lane < 4; ++lane) {
      const int m = p.m + lane;
      const auto at = static_cast<std::size_t>(p.n * 11 + m);
      EXPECT_EQ(word_field(word(s.mask, i), lane, 1), m < 11 ? r.mask[at] : 0u);
      EXPECT_EQ(word_field(word(s.out, i), 24 * lane, 24), m < 11 ? r.out[at] : 0u);
      EXPECT_EQ(signed_word_field(word(s.drain, i), 24 * lane, 24), m < 11 ? r.acc[at] : 0);
    }
  }
}

/// Every output of every record appears once, with its own value, at the place output_place tells.
TEST(Stimulus, OutputPlacesVisitEachOutputOnce) {
  std::vector<Shape> shapes;
  for (int m : {1, 4, 5, 8, 9, 16, 23}) {
    for (int n : {1, 3, 4, 5, 8}) shapes.push_back({m, n, 1 + (m * n) % 11});
  }
  for (const Design& d :
       {test::small_lns(), test::small_odd(), test::small_without_zero(), test::small_int8(),
        test::small_channels(), test::small_fp8(), test::small_vectors()}) {
    const Trace t = random_trace(d, shapes, 3);
    const Stimulus s = make_stimulus(t);
    std::vector<std::vector<int>> seen;
    for (const GemmRecord& r : t.gemms) seen.emplace_back(static_cast<std::size_t>(r.m * r.n), 0);
    const int width = widths::output_bits(d);
    for (std::int64_t i = 0; i < s.out.words(); ++i) {
      const OutputPlace p = output_place(t, i);
      const GemmRecord& r = t.gemms[p.gemm];
      ASSERT_LT(p.n, r.n);
      ASSERT_LT(p.m, r.m);
      for (int lane = 0; lane < d.post_processor.lanes && p.m + lane < r.m; ++lane) {
        const auto at = static_cast<std::size_t>(p.n * r.m + p.m + lane);
        ++seen[p.gemm][at];
        const bool passes = r.mask.empty() || r.mask[at] != 0;
        const std::int64_t expected = r.raw ? (passes ? r.acc[at] : 0) : r.out[at];
        ASSERT_EQ(signed_word_field(word(s.out, i), lane * width, width), expected)
            << d.name << " word " << i;
      }
    }
    for (const auto& record : seen) EXPECT_THAT(record, testing::Each(1)) << d.name;
    EXPECT_THROW(output_place(t, s.out.words()), InputError);
    EXPECT_THROW(output_place(t, -1), InputError);
  }
}

TEST(Stimulus, PadLanesWithoutAZeroCodeMultiplyTheSmallestMagnitude) {
  Design d = test::small_without_zero();
  d.datapath.term_bits = 24;  // fine enough that the smallest product is not dropped
  d.datapath.accumulator_bits = 31;
  const LnsFormat f(d.format);
  Trace t;
  t.design = d;
  GemmRecord r;
  r.m = 1, r.n = 1, r.k = 4, r.raw = true;
  r.a.assign(4, f.word(false, 0));
  r.b.assign(4, f.word(true, f.max_code()));
  compute_expected(d, r);
  ASSERT_NE(r.acc[0], 0);
  t.gemms.push_back(r);
  const Stimulus s = make_stimulus(t);
  EXPECT_EQ(signed_word_field(word(s.out, 0), 31, 31), r.acc[0]);
}

TEST(Stimulus, UpdatesArePackedAndPadded) {
  const Design d = test::small_odd();  // U 3, B_U 13, B 7, v 21
  const std::array<Shape, 1> shape = {{{2, 2, 2}}};
  const Trace t = random_trace(d, shape, 5);
  const UpdateRecord& r = t.updates[0];
  const Stimulus s = make_stimulus(t);
  ASSERT_EQ(s.update_in.words(), 2);  // 4 weights
  EXPECT_EQ(word_field(word(s.update_job, 0), 0, 32), 2u);
  EXPECT_EQ(signed_word_field(word(s.update_job, 0), 32, 16), r.settings.gradient_exponent);
  EXPECT_EQ(signed_word_field(word(s.update_job, 0), 48, 32), r.settings.correction);
  EXPECT_EQ(signed_word_field(word(s.update_job, 0), 80, 32), r.settings.step_log2);
  EXPECT_EQ(signed_word_field(word(s.update_job, 0), 112, 16), r.settings.cap);
  EXPECT_EQ(word_field(word(s.update_in, 0), 41, 13), r.before[1].weight);
  EXPECT_EQ(word_field(word(s.update_in, 0), 41 + 13, 7), r.gradient[1]);
  EXPECT_EQ(signed_word_field(word(s.update_in, 0), 41 + 20, 21), r.before[1].v);
  EXPECT_EQ(word_field(word(s.update_in, 1), 41, 41), 0u);
  EXPECT_EQ(word_field(word(s.update_out, 1), 0, 13), r.after[3].weight);
  EXPECT_EQ(signed_word_field(word(s.update_out, 1), 13, 21), r.after[3].v);
  EXPECT_EQ(signed_word_field(word(s.update_out, 1), 34 + 13, 21),
            MadamUpdate(d).log2_beta().whole);  // 0 decayed once
}

struct BadTrace {
  std::string message;
  std::function<void(Trace&)> spoil;
};

TEST(Stimulus, RefusesWhatDoesNotFit) {
  const std::array<Shape, 1> shape = {{{9, 5, 8}}};
  const std::vector<BadTrace> cases = {
      {"needs 3 rows of buffer A, which has 2",
       [](Trace& t) {
         t.design.buffers.a_rows = 2, t.gemms[0].k = 12, t.gemms[0].a.resize(9 * 12),
         t.gemms[0].b.resize(5 * 12);
       }},
      {"no multiple of datapath.vector = 4",
       [](Trace& t) {
         t.design.format.zero = ZeroCode::kNone, t.gemms[0].k = 6, t.gemms[0].a.resize(9 * 6);
         t.gemms[0].b.resize(5 * 6);
       }},
      {"format.kind fp32", [](Trace& t) { t.design.format.kind = FormatKind::kFp32; }},
      {"a holds 71 elements, expected 72", [](Trace& t) { t.gemms[0].a.pop_back(); }},
      {"b holds 41 elements", [](Trace& t) { t.gemms[0].b.push_back(0); }},
      {"bias holds 8 elements", [](Trace& t) { t.gemms[0].bias.pop_back(); }},
      {"mask holds 1 elements", [](Trace& t) { t.gemms[0].mask = {1}; }},
      {"acc holds 0 elements", [](Trace& t) { t.gemms[0].acc.clear(); }},
      {"out holds 0 elements", [](Trace& t) { t.gemms[0].out.clear(); }},
      {"m is 0", [](Trace& t) { t.gemms[0].m = 0; }},
      {"k is -3", [](Trace& t) { t.gemms[0].k = -3; }},
      {"a[0] is a zero with a sign", [](Trace& t) { t.gemms[0].a[0] = 0x80; }},
      {"acc[2] is 8388608", [](Trace& t) { t.gemms[0].acc[2] = 1 << 23; }},
      {"bias_k is 32768", [](Trace& t) { t.gemms[0].post.bias_k = 32768; }},
      {"no Madam unit", [](Trace& t) { t.design.update.kind = UpdateKind::kHost; }},
      {"after holds 71 elements", [](Trace& t) { t.updates[0].after.pop_back(); }},
      {"before[4] weight code is 0", [](Trace& t) { t.updates[0].before[4].weight = 0; }},
      {"after[1] v is 2097152", [](Trace& t) { t.updates[0].after[1].v = 1 << 21; }},
      {"cap is 0", [](Trace& t) { t.updates[0].settings.cap = 0; }},
  };
  for (const BadTrace& bad : cases) {
    Trace t = random_trace(test::small_lns(), shape, 2);
    EXPECT_NO_THROW(make_stimulus(t));
    bad.spoil(t);
    try {
      make_stimulus(t);
      ADD_FAILURE() << "accepted: " << bad.message;
    } catch (const InputError& e) {
      EXPECT_THAT(e.what(), HasSubstr(bad.message));
    }
  }
}

}  // namespace
}  // namespace napier
