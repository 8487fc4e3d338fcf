// Outputs that only some runs have: tiles, events by record, GTKWave's save file.
#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>

#include "models/base/files.hpp"
#include "sim/record_events.hpp"
#include "sim/tile_recorder.hpp"
#include "sim/timing/trace_timing.hpp"
#include "tests/sim/accelerator_runs.hpp"

namespace napier::sim {
namespace {

using testing::HasSubstr;

const std::vector<Shape> kShapes = {{17, 9, 23}, {3, 5, 8}, {20, 6, 12}};

Trace trace_of(Design design) {
  design.update.kind = UpdateKind::kHost;
  return random_trace(design, kShapes, 6);
}

/// Events by component and name, all records together.
std::map<std::string, std::int64_t> sums(const std::vector<std::vector<Event>>& records) {
  std::map<std::string, std::int64_t> counts;
  for (const auto& record : records) {
    for (const Event& e : record) counts[e.component + "." + e.event] += e.count;
  }
  return counts;
}

TEST(Tiles, AreThoseOfTheClosedForm) {
  const Trace trace = trace_of(napier::test::small_lns());
  SimOptions options;
  options.tiles = 1000;
  const std::vector<TileTime> tiles = simulate_in_child(trace.design, trace, options).tiles;
  ElementTimeline timeline(trace.design);
  timeline.record_tiles(1000);
  for (const GemmRecord& r : trace.gemms) timeline.run(record_job(trace.design, r, "record"));
  ASSERT_EQ(tiles.size(), timeline.tiles().size());
  ASSERT_GT(tiles.size(), 12U);
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    const TileSpan& expected = timeline.tiles()[i];
    EXPECT_EQ(tiles[i].m_tile, expected.m_tile) << i;
    EXPECT_EQ(tiles[i].n_tile, expected.n_tile) << i;
    EXPECT_EQ(tiles[i].begin, expected.begin) << i;
    EXPECT_EQ(tiles[i].issued, expected.issued) << i;
    EXPECT_EQ(tiles[i].end, expected.end) << i;
  }
  EXPECT_EQ(tiles.front().record, 0U);
  EXPECT_EQ(tiles.back().record, 2U);
  options.tiles = 4;
  EXPECT_THAT(simulate_in_child(trace.design, trace, options).tiles,
              testing::ElementsAreArray(tiles.begin(), tiles.begin() + 4));
}

TEST(Tiles, OfAnArrayKeepToTheirElementAndRecord) {
  const Trace trace = trace_of(test::small_array(2));
  AcceleratorOptions options;
  options.tiles = 1000;
  const AcceleratorResult result = test::run_accelerator(trace, options);
  std::map<std::size_t, std::int64_t> busy;
  for (const TileTime& t : result.tiles) {
    EXPECT_LE(t.begin, t.issued);
    EXPECT_LT(t.issued, t.end);
    EXPECT_LT(t.end, result.cycles);
    EXPECT_LT(t.record, trace.gemms.size());
    ++busy[t.element];
  }
  EXPECT_EQ(busy.size(), 2U);
  const nlohmann::json picture = nlohmann::json::parse(tiles_json(trace, result.tiles));
  EXPECT_EQ(picture.at("traceEvents").size(), 2 * 2 + 2 * result.tiles.size());
}

TEST(RecordEvents, AddUpToThoseOfTheRun) {
  const Trace trace =
      random_trace(napier::test::small_lns(), kShapes, 6);  // with updates beside the products
  SimOptions options;
  options.record_events = true;
  const SimResult result = simulate_in_child(trace.design, trace, options);
  ASSERT_EQ(result.record_events.size(), 1 + trace.gemms.size());
  EXPECT_EQ(sums(result.record_events), sums({result.events}));
  // All words of a record have left when it ends.
  for (std::size_t i = 0; i < trace.gemms.size(); ++i) {
    const GemmRecord& r = trace.gemms[i];
    const std::int64_t words = element_events(trace.design, record_job(trace.design, r, "record")).out;
    EXPECT_EQ(sums({result.record_events[i]}).at("post_processor.words"), words) << i;
  }
  const std::string csv = record_events_csv(trace, result.record_events);
  EXPECT_THAT(csv,
              HasSubstr("step,layer,pass,component,event,count,unit\n0,0,forward,operand_buffer_a,writes,"));
  EXPECT_THAT(csv, HasSubstr("\n,,,operand_buffer_a,writes,0,words\n"));
}

TEST(RecordEvents, OfAnArrayAddUpToThoseOfTheRun) {
  const Trace trace = trace_of(test::small_array(2));
  AcceleratorOptions options;
  options.record_events = true;
  const AcceleratorResult result = test::run_accelerator(trace, options);
  ASSERT_EQ(result.record_events.size(), 1 + trace.gemms.size());
  EXPECT_EQ(sums(result.record_events), sums({result.events}));
}

TEST(Outputs, AreEmptyWhereNobodyAsks) {
  const Trace trace = trace_of(napier::test::small_lns());
  const SimResult result = simulate_in_child(trace.design, trace, {});
  EXPECT_TRUE(result.tiles.empty());
  EXPECT_TRUE(result.record_events.empty());
}

TEST(Gtkwave, NamesEveryVariableOfTheDump) {
  const Trace trace = trace_of(napier::test::small_lns());
  const test::Folder folder;
  SimOptions options;
  options.vcd = folder / "wave.vcd";
  options.gtkwave = folder / "wave.gtkw";
  options.vcd_from = 3;
  options.vcd_to = 5;
  simulate_in_child(trace.design, trace, options);
  const std::string save = read_file(folder / "wave.gtkw"), vcd = read_file(folder / "wave.vcd");
  EXPECT_THAT(save, HasSubstr((folder / "wave.vcd").string()));
  EXPECT_THAT(save, HasSubstr("[timestart] 60000\n"));  // three periods of 20 ns
  for (const std::string name : {"clk", "sequencer.state[2:0]", "channel_out.valid"}) {
    EXPECT_THAT(save, HasSubstr("\nprocessing_element." + name + "\n"));
  }
  const auto count = [](const std::string& text, const std::string& word) {
    std::size_t n = 0;
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++n;
    return n;
  };
  EXPECT_EQ(count(save, "\nprocessing_element."), count(vcd, "$var "));
}

}  // namespace
}  // namespace napier::sim
