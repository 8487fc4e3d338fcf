// When things happen: every latency of docs/microarchitecture.md, to the cycle and not one earlier.
#include <gmock/gmock.h>

#include "models/design/widths.hpp"
#include "tests/models/small_designs.hpp"
#include "tests/sim/sim_runs.hpp"

namespace napier::sim {
namespace {

using test::activity, test::Folder, test::later, test::logging_to, test::plain_product;

Design without_update(Design design) {
  design.update.kind = UpdateKind::kHost;
  return design;
}

std::vector<Design> pipelines() {
  std::vector<Design> designs;
  for (const Pipeline& p :
       {Pipeline{0, 0, 1, 0, 1, 1}, Pipeline{1, 1, 1, 1, 2, 4}, Pipeline{2, 0, 3, 1, 5, 3}}) {
    designs.push_back(napier::test::small_lns());
    designs.back().pipeline = p;
  }
  return designs;
}

TEST(Latency, SumsAppearLaneLatencyCyclesAfterTheirIssue) {
  const std::vector<Shape> shapes = {{17, 9, 23}, {3, 5, 8}};
  for (const Design& design : pipelines()) {
    const Folder folder;
    simulate_in_child(design, random_trace(design, shapes, 2), logging_to(folder / "log"));
    const auto issues = activity(folder / "log", "issue").valid;
    EXPECT_EQ(activity(folder / "log", "sum").valid, later(issues, widths::lane_latency(design)));
    EXPECT_FALSE(issues.empty());
  }
}

TEST(Latency, OutputsAppearPostProcessCyclesAfterTheirDrain) {
  const std::vector<Shape> shapes = {{17, 9, 23}, {3, 5, 8}};
  for (const Design& design : pipelines()) {
    const Folder folder;
    simulate_in_child(design, random_trace(design, shapes, 2), logging_to(folder / "log"));
    const auto drained = activity(folder / "log", "drain").moved;
    EXPECT_EQ(activity(folder / "log", "out").valid, later(drained, design.pipeline.post_process));
  }
}

TEST(Latency, UpdatedWeightsAppearUpdateCyclesAfterTheyEntered) {
  const std::vector<Shape> shapes = {{17, 9, 23}};
  for (const Design& design : pipelines()) {
    const Folder folder;
    simulate_in_child(design, random_trace(design, shapes, 2), logging_to(folder / "log"));
    const auto entered = activity(folder / "log", "update_in").moved;
    EXPECT_EQ(activity(folder / "log", "update_out").valid, later(entered, design.pipeline.update));
  }
}

// A word that enters a buffer in cycle c is readable in c + 1 and stands in the output register in c + 2.
// Buffer A's row is there when its last bank is.
TEST(Latency, ABufferedWordIsReadableTheCycleAfterItsFill) {
  const Design design = without_update(napier::test::small_lns());
  const Folder folder;
  simulate_in_child(design, plain_product(design, {8, 1, 4}), logging_to(folder / "log"));
  const auto b_fill = activity(folder / "log", "b_fill").moved;
  EXPECT_EQ(activity(folder / "log", "b").valid, later(b_fill, 2));
  const auto a_fill = activity(folder / "log", "a_fill").moved;
  EXPECT_EQ(activity(folder / "log", "a").valid.front(), a_fill.back() + 2);
}

// One tile, one vector of K, nothing held back. The row of A is filled in cycles 0..L-1, readable in L, in
// the output register in L + 1 and stationary in L + 2, when the first of N issues happens. The last sum
// arrives lane_latency after issue L + N + 1, the collector loads its G N words from the next cycle on, each
// moves the cycle after its load and leaves post_process cycles later.
TEST(CycleCount, OfOneTile) {
  for (const Design& lns : pipelines()) {
    const Design design = without_update(lns);
    const int lanes = design.datapath.lanes, columns = 4, groups = widths::drain_groups(design);
    const int latency = widths::lane_latency(design), post = design.pipeline.post_process;
    const SimResult r =
        simulate_in_child(design, plain_product(design, {lanes, columns, design.datapath.vector}), {});
    EXPECT_EQ(r.cycles, lanes + columns + latency + groups * columns + post + 3);
    CauseCounts expected{};
    const auto of = [&expected](Cause c) -> std::int64_t& { return expected[static_cast<std::size_t>(c)]; };
    of(Cause::kJob) = 1;
    of(Cause::kWaitA) = lanes + 1;
    of(Cause::kBusy) = columns;
    of(Cause::kPipeline) = latency;
    of(Cause::kDrain) = groups * columns + 1;
    of(Cause::kFlush) = post;
    EXPECT_EQ(r.causes, expected);
    EXPECT_EQ(r.records.at(0).cycles, r.cycles);
  }
}

// Four tiles: the first issue of a tile follows that of the tile before after its N issues, the lane latency,
// its G N loads and the cycle in which drain_done is seen; A and B are there in time.
TEST(CycleCount, OfFourTiles) {
  for (const Design& lns : pipelines()) {
    const Design design = without_update(lns);
    const int lanes = design.datapath.lanes, entries = design.collector.entries;
    const int groups = widths::drain_groups(design), latency = widths::lane_latency(design);
    const SimResult r = simulate_in_child(
        design, plain_product(design, {2 * lanes, 2 * entries, design.datapath.vector}), {});
    const int tile = entries + latency + groups * entries + 1;
    EXPECT_EQ(r.cycles,
              lanes + 2 + 3 * tile + entries + latency + groups * entries + design.pipeline.post_process + 1);
    EXPECT_EQ(r.causes[static_cast<std::size_t>(Cause::kBusy)], 4 * entries);
  }
}

// Everything that leaves with stalls is held against the trace as in the run without; only the time differs.
TEST(Stalls, OnlyDelay) {
  const Design design = napier::test::small_lns();
  const std::vector<Shape> shapes = {{17, 9, 23}, {3, 5, 8}};
  const Trace trace = random_trace(design, shapes, 4);
  const Stimulus golden = make_stimulus(trace);
  const Folder folder;
  std::int64_t before = 0;
  for (const unsigned percent : {0U, 25U, 60U, 90U}) {
    SimOptions options = logging_to(folder / "log");
    options.stall_percent = percent;
    const SimResult r = simulate_in_child(design, trace, options);
    EXPECT_GT(r.cycles, before);
    before = r.cycles;
    EXPECT_FALSE(compare_with_golden(golden, folder / "log").has_value());
  }
}

TEST(Stalls, AreRepeatedByTheirSeed) {
  const Design design = napier::test::small_lns();
  const Shape shape{17, 9, 23};
  const Trace trace = random_trace(design, std::span(&shape, 1), 4);
  const Folder folder;
  SimOptions options = logging_to(folder / "first");
  options.stall_percent = 40;
  options.stall_seed = 11;
  const SimResult first = simulate_in_child(design, trace, options);
  options.handshake_log = folder / "again";
  EXPECT_EQ(simulate_in_child(design, trace, options).causes, first.causes);
  EXPECT_FALSE(compare_logs(folder / "first", folder / "again").has_value());
  options.stall_seed = 12;
  options.handshake_log = folder / "other";
  simulate_in_child(design, trace, options);
  EXPECT_TRUE(compare_logs(folder / "first", folder / "other").has_value());
}

// Each cause happens in some run: a condition that never holds would be a mistake in the count.
TEST(Causes, AllHappen) {
  const Design design = napier::test::small_lns();
  const std::vector<Shape> shapes = {{17, 9, 23}, {17, 9, 23}, {9, 6, 12}, {8, 4, 8}};
  CauseCounts causes{};
  UpdateCauseCounts update_causes{};
  for (const unsigned percent : {0U, 40U, 70U}) {
    SimOptions options;
    options.stall_percent = percent;
    const SimResult r = simulate_in_child(design, random_trace(design, shapes, 8), options);
    for (std::size_t i = 0; i < causes.size(); ++i) causes[i] += r.causes[i];
    for (std::size_t i = 0; i < update_causes.size(); ++i) update_causes[i] += r.update_causes[i];
  }
  Trace updates_only = random_trace(design, shapes, 8);
  updates_only.gemms.clear();
  causes[static_cast<std::size_t>(Cause::kIdle)] +=
      simulate_in_child(design, updates_only, {}).causes[static_cast<std::size_t>(Cause::kIdle)];
  for (std::size_t i = 0; i < causes.size(); ++i) EXPECT_GT(causes[i], 0) << kCauses[i].name;
  for (std::size_t i = 0; i < update_causes.size(); ++i)
    EXPECT_GT(update_causes[i], 0) << kUpdateCauses[i].name;
}

}  // namespace
}  // namespace napier::sim
