// Random designs and random ragged shapes: the channel words alone lead to the golden words.
#include <gtest/gtest.h>

#include <random>

#include "models/design/design_file.hpp"
#include "models/trace/reference.hpp"
#include "tests/models/untimed_element.hpp"

namespace napier {
namespace {

/// A legal design with widths and sizes drawn from small ranges.
Design random_design(std::mt19937_64& random) {
  const auto from = [&](std::initializer_list<int> values) {
    return values.begin()[random() % values.size()];
  };
  Design d;
  d.name = "random";
  d.datapath.lanes = from({1, 2, 4, 6, 8, 12});
  d.datapath.vector = from({1, 2, 4, 8});
  d.datapath.accumulator_bits = from({16, 19, 24, 31});
  d.collector.entries = from({1, 2, 3, 5, 8});
  d.buffers.a_rows = 32;
  do {
    d.post_processor.lanes = from({1, 2, 3, 4, 6});
  } while (d.datapath.lanes % d.post_processor.lanes != 0);
  if (from({0, 0, 0, 1}) == 1) {
    constexpr FormatKind kBaselines[] = {FormatKind::kInt8, FormatKind::kFp8E4m3, FormatKind::kFp8E5m2};
    d.format.kind = kBaselines[from({0, 1, 2})];
    d.update.kind = UpdateKind::kHost;
    return d;
  }
  d.format.bits = from({5, 6, 7, 8});
  d.format.gamma_log2 = from({1, 2, 3});
  d.format.zero = from({0, 1}) == 0 ? ZeroCode::kReserved : ZeroCode::kNone;
  d.datapath.style = static_cast<ConversionStyle>(from({0, 1, 2}));
  if (d.datapath.style != ConversionStyle::kPerElement) d.datapath.lut_bits = from({0, 1});
  d.datapath.term_bits = from({6, 8});
  d.datapath.overflow = from({0, 1}) == 0 ? Overflow::kSaturate : Overflow::kWrap;
  d.update.lanes = from({1, 3, 4});
  d.update.bits = from({8, 11, 16});
  return d;
}

TEST(StimulusProperty, ChannelWordsAloneLeadToTheGoldenWords) {
  std::mt19937_64 random(2024);
  int designs = 0;
  for (int attempt = 0; designs < 60 && attempt < 1000; ++attempt) {
    const Design design = random_design(random);
    try {
      parse_design(resolved_yaml(design), "random");
    } catch (const InputError&) {
      continue;  // contradictory: draw again
    }
    ++designs;
    std::vector<Shape> shapes;
    for (int i = 0; i < 6; ++i) {
      const auto size = [&](int most) {
        return 1 + static_cast<int>(random() % static_cast<unsigned>(most));
      };
      shapes.push_back({size(3 * design.datapath.lanes), size(3 * design.collector.entries),
                        size(4 * design.datapath.vector)});
    }
    const Trace trace = random_trace(design, shapes, random());
    const Stimulus golden = make_stimulus(trace);
    test::UntimedElement element(design, golden);
    const Stimulus result = element.run();
    ASSERT_EQ(result.drain.bytes, golden.drain.bytes) << resolved_yaml(design);
    ASSERT_EQ(result.out.bytes, golden.out.bytes) << resolved_yaml(design);
    ASSERT_EQ(result.update_out.bytes, golden.update_out.bytes) << resolved_yaml(design);
    ASSERT_TRUE(element.used_all()) << resolved_yaml(design);
  }
  EXPECT_EQ(designs, 60);
}

}  // namespace
}  // namespace napier
