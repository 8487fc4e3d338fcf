// The files of a simulation: what they hold, and that the same input gives the same bytes.
#include "sim/run_directory.hpp"

#include <gmock/gmock.h>

#include <sstream>

#include "models/base/files.hpp"
#include "models/design/design_file.hpp"
#include "sim/statistics.hpp"
#include "tests/models/small_designs.hpp"
#include "tests/sim/sim_runs.hpp"

namespace napier::sim {
namespace {

using testing::HasSubstr;

const std::vector<Shape> kShapes = {{17, 9, 23}, {3, 5, 8}};

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, at);) parts.push_back(part);
  return parts;
}

TEST(RunDirectory, IsByteIdenticalForTheSameInput) {
  const Trace trace = random_trace(napier::test::small_lns(), kShapes, 6);
  const test::Folder first, second;
  for (const test::Folder* folder : {&first, &second}) {
    const SimResult result = simulate_in_child(trace.design, trace, {});
    write_run_directory(folder->path(), trace.design, trace, {}, result, {"1.0", "design.yaml", "t.h5"});
  }
  for (const char* file : {"stats.json", "stats.txt", "events.csv", "cycles.csv", "resolved.yaml"}) {
    EXPECT_EQ(read_file(first / file), read_file(second / file)) << file;
  }
  EXPECT_THAT(read_file(first / "run.json"), HasSubstr("\"wall_seconds\""));
  EXPECT_EQ(read_file(first / "resolved.yaml"), resolved_yaml(trace.design));
}

TEST(CyclesCsv, HasALineAProductWhoseCausesAddUp) {
  const Trace trace = random_trace(napier::test::small_lns(), kShapes, 6);
  const std::vector<std::string> lines = split(cycles_csv(simulate_in_child(trace.design, trace, {})), '\n');
  ASSERT_EQ(lines.size(), 1 + trace.gemms.size());
  EXPECT_THAT(lines[0], HasSubstr("step,layer,pass,m,n,k,cycles,busy,wait_a"));
  for (std::size_t line = 1; line < lines.size(); ++line) {
    const std::vector<std::string> fields = split(lines[line], ',');
    ASSERT_EQ(fields.size(), split(lines[0], ',').size());
    std::int64_t sum = 0;
    for (std::size_t i = 7; i < 7 + kCauses.size(); ++i) sum += std::stoll(fields[i]);
    EXPECT_EQ(sum, std::stoll(fields[6]));
  }
}

// One m tile (5 of 8 rows), n tiles of 4 and 2 columns, two k tiles.
TEST(Events, OfASmallProductByHand) {
  Design design = napier::test::small_lns();  // 8 lanes, vectors of 4, 4 entries, 4 post-processor lanes
  design.update.kind = UpdateKind::kHost;
  const Trace trace = test::plain_product(design, {5, 6, 8});  // 1 m tile, 2 n tiles (4 + 2), 2 k tiles
  const SimResult result = simulate_in_child(design, trace, {});
  const auto count = [&](const std::string& component, const std::string& event) {
    for (const Event& e : result.events) {
      if (e.component == component && e.event == event) return e.count;
    }
    return std::int64_t{-1};
  };
  EXPECT_EQ(count("operand_buffer_a", "writes"), 2 * 8);
  EXPECT_EQ(count("operand_buffer_a", "reads"), 2 * 2);  // each row once an n tile
  EXPECT_EQ(count("operand_buffer_b", "writes"), 6 * 2);
  EXPECT_EQ(count("operand_buffer_b", "reads"), 6 * 2);
  EXPECT_EQ(count("sequencer", "jobs"), 1);
  EXPECT_EQ(count("sequencer", "issues"), 6 * 2);
  EXPECT_EQ(count("vector_lanes", "macs"), 6 * 2 * 8 * 4);
  EXPECT_EQ(count("accumulation_collector", "accumulations"), 6 * 2 * 8);
  EXPECT_EQ(count("accumulation_collector", "drains"), 6 * 2);  // rows 0..4 need both groups of 4
  EXPECT_EQ(count("post_processor", "conversions"), 6 * 2 * 4);
  std::int64_t zero_gated = 6 * 3 * 8;  // lanes 5..7 hold zeros
  for (int m = 0; m < 5; ++m) {
    for (int n = 0; n < 6; ++n) {
      for (int k = 0; k < 8; ++k) {
        const GemmRecord& r = trace.gemms[0];
        zero_gated +=
            r.a[static_cast<std::size_t>(m * 8 + k)] == 0 || r.b[static_cast<std::size_t>(n * 8 + k)] == 0;
      }
    }
  }
  EXPECT_EQ(count("vector_lanes", "zero_gated"), zero_gated);
}

// A matrix of equal words moves no bit after the first; alternating words of all ones and zeros move every
// bit.
TEST(Toggles, OfWordsByHand) {
  Design design = napier::test::small_lns();
  design.update.kind = UpdateKind::kHost;
  const auto write_toggles = [&](Word even, Word odd) {
    Trace trace = test::plain_product(design, {8, 4, 4});
    GemmRecord& r = trace.gemms[0];
    for (std::size_t i = 0; i < r.b.size(); ++i) r.b[i] = i / 4 % 2 == 0 ? even : odd;
    compute_expected(design, r);
    for (const Event& e : simulate_in_child(design, trace, {}).events) {
      if (e.component == "operand_buffer_b" && e.event == "write_toggles") return e.count;
    }
    return std::int64_t{-1};
  };
  EXPECT_EQ(write_toggles(0, 0), 0);
  EXPECT_EQ(write_toggles(0xFF, 0xFF), 4 * 8);  // the first word, from the zeros of reset
  EXPECT_EQ(write_toggles(0xFF, 0x80 | 0x01), 8 * 4 + 3 * 6 * 4);
}

}  // namespace
}  // namespace napier::sim
