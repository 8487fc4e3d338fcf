#include "models/stimulus/handshake_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/stimulus/explain.hpp"
#include "models/stimulus/word_fields.hpp"
#include "models/stimulus/word_packer.hpp"
#include "models/trace/reference.hpp"
#include "models/units/vector_lane.hpp"
#include "tests/models/small_designs.hpp"
#include "tests/models/synthetic_log.hpp"

namespace napier {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Kind = LogDifference::Kind;

constexpr std::array<Shape, 3> kShapes = {{{9, 5, 7}, {5, 3, 8}, {7, 2, 5}}};

class HandshakeLog : public testing::Test {
 protected:
  HandshakeLog()
      : trace_(random_trace(test::small_odd(), kShapes, 11)),
        golden_(make_stimulus(trace_)),
        good_(folder_ / "good") {
    test::write_synthetic_log(trace_.design, golden_, good_);
  }

  std::filesystem::path with_content(const std::string& content) const {
    write_file(folder_ / "bad", content);
    return folder_ / "bad";
  }

  static std::string message_of(const std::function<void()>& f) {
    try {
      f();
    } catch (const InputError& e) {
      return e.what();
    }
    return "accepted";
  }

  test::TemporaryFolder folder_;
  Trace trace_;
  Stimulus golden_;
  std::filesystem::path good_;
};

TEST_F(HandshakeLog, EqualLogsHaveNoDifference) {
  EXPECT_EQ(compare_logs(good_, good_), std::nullopt);
  EXPECT_EQ(compare_with_golden(golden_, good_), std::nullopt);
}

TEST_F(HandshakeLog, ReaderReturnsTheWordsThatWereWritten) {
  HandshakeReader log(good_);
  std::vector<std::uint8_t> out;
  while (log.next()) {
    if (log.moved(10)) out.insert(out.end(), log.word(10).begin(), log.word(10).end());
  }
  EXPECT_EQ(log.channels()[10].name, "out");
  EXPECT_EQ(out, golden_.out.bytes);
  EXPECT_FALSE(log.next());
}

/// Whatever bit of the file is flipped, comparison with the good log or with the golden words goes red.
TEST_F(HandshakeLog, EveryFlippedBitIsFound) {
  const std::string content = read_file(good_);
  for (std::size_t bit = 0; bit < 8 * content.size(); bit += bit < 8 * 400 ? 1 : 61) {
    std::string bad = content;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    bool found = false;
    try {
      found = compare_logs(good_, with_content(bad)).has_value();
    } catch (const InputError&) {
      found = true;
    }
    ASSERT_TRUE(found) << "bit " << bit;
  }
}

TEST_F(HandshakeLog, TruncatedLogsAreRefused) {
  const std::string content = read_file(good_);
  for (std::size_t size = 0; size < content.size(); size += size < 300 ? 1 : 97) {
    const auto bad = with_content(content.substr(0, size));
    EXPECT_THAT(message_of([&] { compare_logs(bad, bad); }),
                testing::AnyOf(HasSubstr("not a handshake log"), HasSubstr("ends early")));
  }
  EXPECT_THAT(message_of([&] { compare_logs(good_, with_content(content + "x")); }),
              HasSubstr("after its end"));
}

TEST_F(HandshakeLog, ForeignFilesAreRefused) {
  EXPECT_THAT(message_of([&] { HandshakeReader(with_content("#!/bin/sh\nexit 0\n")); }),
              HasSubstr("is not a handshake log; simulate again"));
  EXPECT_THAT(message_of([&] { HandshakeReader(folder_ / "none"); }),
              HasSubstr("cannot be read: No such file"));
  EXPECT_THAT(message_of([&] { HandshakeReader(folder_.path()); }), HasSubstr("cannot be read"));
  std::string newer = read_file(good_);
  newer[8] = 2;
  EXPECT_THAT(message_of([&] { HandshakeReader(with_content(newer)); }), HasSubstr("format version 2"));
}

TEST_F(HandshakeLog, LogsOfOtherDesignsAreRefused) {
  const Trace other = random_trace(test::small_lns(), kShapes, 11);
  test::write_synthetic_log(other.design, make_stimulus(other), folder_ / "other");
  EXPECT_THAT(message_of([&] { compare_logs(good_, folder_ / "other"); }), HasSubstr("different designs"));
  EXPECT_THAT(message_of([&] { compare_with_golden(golden_, folder_ / "other"); }),
              HasSubstr("not of this trace's design"));
}

/// Three cycles of a two-channel log by hand, so that each kind of difference has a known place.
class TinyLog : public HandshakeLog {
 protected:
  struct Cycle {
    std::uint64_t valid, ready;
    std::uint32_t a, b;
  };
  std::filesystem::path write(const std::string& name, const std::vector<Cycle>& cycles) const {
    HandshakeWriter log((folder_ / name).string(), {{"bias", 20}, {"out", 17}});
    for (const Cycle& c : cycles) {
      const std::array<const void*, 2> data = {&c.a, &c.b};
      log.cycle(c.valid, c.ready, data.data());
    }
    log.finish();
    return folder_ / name;
  }
  const std::vector<Cycle> cycles_ = {{3, 2, 7, 8}, {1, 3, 7, 0}, {3, 3, 0x5678, 0x1ABCD}};
};

TEST_F(TinyLog, DifferencesNameCycleChannelAndBothValues) {
  const auto good = write("tiny", cycles_);
  auto changed = cycles_;
  changed[1].valid = 3;
  auto d = compare_logs(good, write("bad", changed));
  ASSERT_TRUE(d);
  EXPECT_EQ(d->kind, Kind::kValid);
  EXPECT_EQ(d->cycle, 1);
  EXPECT_EQ(d->channel, "out");
  EXPECT_EQ(d->word, 1);  // word 0 moved in cycle 0
  EXPECT_EQ(d->expected + d->actual, "01");

  changed = cycles_;
  changed[0].ready = 3;
  d = compare_logs(good, write("bad", changed));
  ASSERT_TRUE(d);
  EXPECT_EQ(d->kind, Kind::kReady);
  EXPECT_EQ(d->cycle, 0);
  EXPECT_EQ(d->channel, "bias");

  changed = cycles_;
  changed[2].b ^= 1U << 16;
  d = compare_logs(good, write("bad", changed));
  ASSERT_TRUE(d);
  EXPECT_EQ(d->kind, Kind::kData);
  EXPECT_EQ(d->cycle, 2);
  EXPECT_EQ(d->bit, 16);
  EXPECT_EQ(d->expected, "01abcd");
  EXPECT_EQ(d->actual, "00abcd");

  changed = cycles_;
  changed[0].a ^= 1;            // did not move: not compared
  changed[2].a |= 0xFFF00000U;  // past the word's 20 bits: not part of it
  EXPECT_EQ(compare_logs(good, write("bad", changed)), std::nullopt);

  changed = cycles_;
  changed.pop_back();
  d = compare_logs(good, write("bad", changed));
  ASSERT_TRUE(d);
  EXPECT_EQ(d->kind, Kind::kLength);
  EXPECT_EQ(d->cycle, 2);
  EXPECT_EQ(d->actual, "ended");
}

TEST_F(HandshakeLog, GoldenWordsAreHeldAgainstTheLog) {
  for (WordStream Stimulus::*stream :
       {&Stimulus::out, &Stimulus::update_out, &Stimulus::drain, &Stimulus::a_fill}) {
    Stimulus changed = golden_;
    WordStream& s = changed.*stream;
    s.bytes[static_cast<std::size_t>(s.word_bytes()) * 3 + 1] ^= 4;
    auto d = compare_with_golden(changed, good_);
    ASSERT_TRUE(d);
    EXPECT_EQ(d->kind, Kind::kData);
    EXPECT_EQ(d->channel, s.name);
    EXPECT_EQ(d->word, 3);
    EXPECT_EQ(d->bit, 10);

    changed = golden_;
    (changed.*stream).bytes.resize((changed.*stream).bytes.size() - static_cast<std::size_t>(s.word_bytes()));
    d = compare_with_golden(changed, good_);
    ASSERT_TRUE(d);
    EXPECT_EQ(d->kind, Kind::kExtra);
    EXPECT_EQ(d->word, (changed.*stream).words());

    changed = golden_;
    (changed.*stream).bytes.resize((changed.*stream).bytes.size() + static_cast<std::size_t>(s.word_bytes()));
    d = compare_with_golden(changed, good_);
    ASSERT_TRUE(d);
    EXPECT_EQ(d->kind, Kind::kMissing);
    EXPECT_EQ(d->channel, s.name);
  }
}

TEST(WordFields, CoverTheirWordWithoutGaps) {
  for (const Design& design : {Design{}, test::small_lns(), test::small_odd(), test::small_int8(),
                               test::small_channels(), test::small_fp8(), test::small_vectors()}) {
    for (const Channel& c : channels(design)) {
      int bit = 0;
      for (const WordField& f : word_fields(design, c.name)) {
        EXPECT_EQ(f.bit, bit) << c.name << ' ' << f.name;
        bit += f.bits;
      }
      EXPECT_EQ(bit, c.bits) << c.name;
    }
  }
  EXPECT_THROW(word_fields(Design{}, "nonsense"), InternalError);
}

/// The place of each word of a channel, checked against the operands the stimulus put there.
TEST_F(HandshakeLog, WordPlacesPointAtTheOperands) {
  const Design& d = trace_.design;
  const auto element = [&](const std::vector<Word>& operand, int row, int rows, int k, int k_size) {
    return row < rows && k < k_size ? int{operand[static_cast<std::size_t>(row * k_size + k)]} : 0;
  };
  for (const WordStream* s : {&golden_.a_fill, &golden_.b_fill}) {
    for (std::int64_t w = 0; w < s->words(); ++w) {
      const WordPlace p = word_place(trace_, s->name, w);
      ASSERT_TRUE(p.found);
      const GemmRecord& r = trace_.gemms[static_cast<std::size_t>(p.gemm)];
      const auto word = std::span(s->bytes).subspan(static_cast<std::size_t>(w * s->word_bytes()));
      for (int i = 0; i < d.datapath.vector; ++i) {
        const int k = p.kt * d.datapath.vector + i;
        const int expected =
            s == &golden_.a_fill ? element(r.a, p.m, r.m, k, r.k) : element(r.b, p.n, r.n, k, r.k);
        ASSERT_EQ(word_field(word, i * d.format.bits, d.format.bits), static_cast<unsigned>(expected));
      }
    }
    EXPECT_FALSE(word_place(trace_, s->name, s->words()).found);
    EXPECT_FALSE(word_place(trace_, s->name, -1).found);
  }
  for (const std::string name : {"b", "issue", "sum"}) {
    for (std::int64_t w = 0; w <= golden_.b_fill.words(); ++w) {
      const WordPlace p = word_place(trace_, name, w), q = word_place(trace_, "b_fill", w);
      EXPECT_EQ(std::tie(p.found, p.gemm, p.mt, p.nt, p.kt, p.n),
                std::tie(q.found, q.gemm, q.mt, q.nt, q.kt, q.n));
    }
  }
  // shapes on L 6, V 2, N 3: 2 x 2 x 4, 1 x 1 x 4 and 2 x 1 x 3 tiles
  const WordPlace a = word_place(trace_, "a", 16 + 4 + 3);
  EXPECT_EQ(std::tie(a.gemm, a.mt, a.nt, a.kt), std::make_tuple(2, 1, 0, 0));
  EXPECT_FALSE(word_place(trace_, "a", 16 + 4 + 6).found);
  EXPECT_THROW(word_place(trace_, "nonsense", 0), InternalError);
}

TEST_F(HandshakeLog, ExplanationShowsTheOperandsBehindAnOutput) {
  Trace changed = trace_;
  const GemmRecord& r = trace_.gemms[0];
  changed.gemms[0].out[static_cast<std::size_t>(4 * r.m + 7)] ^= 1;  // n = 4, m = 7
  const auto d = compare_with_golden(make_stimulus(changed), good_);
  ASSERT_TRUE(d);
  const std::string text = explain(changed, *d);
  EXPECT_THAT(text,
              AllOf(HasSubstr("cycle " + std::to_string(d->cycle) + ", post_processor, channel out, word "),
                    HasSubstr("lane[1] expected "), HasSubstr("matrix product 0: step 0 layer 0 forward"),
                    HasSubstr("column n = 4, row m = 7"), HasSubstr("pairs a[7][k] * b[4][k]"),
                    HasSubstr("expected accumulator " + std::to_string(r.acc[4 * 9 + 7])),
                    HasSubstr("bias " + std::to_string(r.bias[7]))));
}

TEST_F(HandshakeLog, ExplanationShowsTheVectorBehindASum) {
  LogDifference d;
  d.cycle = 99;
  d.channel = "sum";
  d.word = 4;  // tile 0 0: k tile 1, n = 1
  std::vector<WordField> fields = word_fields(trace_.design, "sum");
  d.bit = fields[2].bit;
  d.expected = d.actual = std::string(static_cast<std::size_t>((fields.back().bit + 8) / 8) * 2, '0');
  const GemmRecord& r = trace_.gemms[0];
  const std::int64_t sum =
      VectorLane(trace_.design)(std::span(r.a).subspan(2 * 7 + 2, 2), std::span(r.b).subspan(1 * 7 + 2, 2));
  EXPECT_THAT(
      explain(trace_, d),
      AllOf(HasSubstr("vector lanes, channel sum, word 4: lane[2]"), HasSubstr("column n = 1, row m = 2"),
            HasSubstr("k = 2..3"), HasSubstr("exact sum of this vector is " + std::to_string(sum) + "\n")));
}

TEST_F(HandshakeLog, ExplanationOfOtherKinds) {
  LogDifference d;
  d.kind = Kind::kReady;
  d.channel = "drain";
  d.expected = "0", d.actual = "1";
  EXPECT_THAT(explain(trace_, d),
              HasSubstr("post_processor, channel drain, word 0: ready expected 0, actual 1"));
  d.kind = Kind::kValid;
  EXPECT_THAT(explain(trace_, d), HasSubstr("accumulation_collector, channel drain"));
  d.word = 1'000'000;
  EXPECT_THAT(explain(trace_, d), HasSubstr("after the last word"));
  d.kind = Kind::kData;
  d.channel = "update_out";
  d.word = 1;
  d.expected = d.actual = "00";
  EXPECT_THAT(explain(trace_, d), AllOf(HasSubstr("madam_update, channel update_out"),
                                        HasSubstr("weight 3: before"), HasSubstr("expected after ")));
  d.channel = "";
  d.kind = Kind::kLength;
  EXPECT_THAT(explain(trace_, d), HasSubstr("one run ended before the other"));
  for (const Channel& c : channels(trace_.design)) {
    for (std::int64_t word : {0, 5, 13}) {
      d.channel = c.name, d.word = word, d.kind = Kind::kData;
      d.expected = d.actual = std::string(static_cast<std::size_t>((c.bits + 7) / 8) * 2, '5');
      for (const WordField& f : word_fields(trace_.design, c.name)) {
        d.bit = f.bit;
        EXPECT_THAT(explain(trace_, d), HasSubstr(f.name + " expected"));
      }
    }
  }
}

TEST(HandshakeWriter, FullDiskAndMissingFolderAreErrors) {
  const std::vector<std::pair<std::string, int>> table = {{"job", 112}};
  EXPECT_THROW(HandshakeWriter("/nonexistent/log", table), std::runtime_error);
  HandshakeWriter log("/dev/full", table);
  log.cycle(0, 1, nullptr);
  EXPECT_THROW(log.finish(), std::runtime_error);
}

}  // namespace
}  // namespace napier
