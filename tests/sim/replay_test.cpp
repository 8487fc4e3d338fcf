// Random traces through the SystemC model: every word is checked against the trace as it leaves.
#include <gmock/gmock.h>

#include <numeric>

#include "models/design/design_file.hpp"
#include "models/trace/reference.hpp"
#include "sim/child.hpp"
#include "tests/models/small_designs.hpp"

namespace napier::sim {
namespace {

using testing::TestWithParam;
using testing::Values;

/// Ragged in every dimension: one column, fewer rows than lanes, less K than a vector, several tiles.
const std::vector<Shape> kShapes = {{8, 4, 8}, {1, 1, 1},   {3, 1, 2}, {17, 9, 23},
                                    {6, 5, 4}, {9, 13, 24}, {2, 3, 17}};

struct Case {
  std::string name;
  Design design;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.name; }

template <class Change>
Case changed(const std::string& name, Design design, Change change) {
  design.name = name;
  change(design);
  return {name, design};
}

Case configured(const std::string& name) {
  return {name, read_design(NAPIER_SOURCE_DIR "/configs/designs/" + name + ".yaml")};
}

std::vector<Case> cases() {
  using test::small_int8, test::small_lns, test::small_odd, test::small_without_zero;
  return {
      configured("lns8_paper_tiny"),
      configured("lns8_lean_tiny"),
      configured("int8_tiny"),
      configured("fp8_e4m3_tiny"),
      configured("fp8_e5m2_tiny"),
      {"small_lns", small_lns()},
      {"small_odd", small_odd()},
      {"small_channels", test::small_channels()},
      {"small_vectors", test::small_vectors()},
      {"small_without_zero", small_without_zero()},
      {"small_int8", small_int8()},
      changed("shortest_pipeline", small_lns(), [](Design& d) { d.pipeline = {0, 0, 1, 0, 1, 1}; }),
      changed("deep_pipeline", small_odd(), [](Design& d) { d.pipeline = {2, 3, 2, 3, 5, 7}; }),
      changed("fp8_half_up", test::small_fp8(),
              [](Design& d) {
                d.format.kind = FormatKind::kFp8E5m2;
                d.datapath.term_rounding = TermRounding::kHalfUp;
                d.datapath.overflow = Overflow::kWrap;
                d.pipeline = {0, 2, 1, 1, 4, 1};
              }),
      changed("int8_one_stage", small_int8(), [](Design& d) { d.pipeline = {1, 0, 0, 0, 1, 1}; }),
      changed("per_element", small_lns(), [](Design& d) { d.datapath.style = ConversionStyle::kPerElement; }),
      changed("split_sign", small_odd(), [](Design& d) { d.datapath.style = ConversionStyle::kSplitSign; }),
      changed("one_bin", small_lns(), [](Design& d) { d.datapath.lut_bits = 0; }),
      changed("half_up_wrap", small_lns(),
              [](Design& d) {
                d.datapath.term_rounding = TermRounding::kHalfUp;
                d.datapath.overflow = Overflow::kWrap;
                d.datapath.accumulator_bits = 18;
              }),
      changed("wide_sums", small_lns(), [](Design& d) { d.datapath.term_bits = 24; }),
      changed("one_entry", small_lns(), [](Design& d) { d.collector.entries = 1; }),
      changed("one_post_lane", small_lns(), [](Design& d) { d.post_processor.lanes = 1; }),
      changed("all_post_lanes", small_lns(), [](Design& d) { d.post_processor.lanes = 8; }),
      changed("tight_buffers", small_lns(),
              [](Design& d) {
                d.buffers = {8, 1};
              }),
      changed("one_lane", small_lns(),
              [](Design& d) {
                d.datapath.lanes = d.datapath.vector = d.post_processor.lanes = d.update.lanes = 1;
                d.buffers = {64, 4};
              }),
  };
}

class Replay : public TestWithParam<std::tuple<Case, unsigned>> {};

std::int64_t total(std::span<const std::int64_t> counts) {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

TEST_P(Replay, LeavesEveryWordOfTheTrace) {
  const auto& [c, stalls] = GetParam();
  const Trace trace = random_trace(c.design, kShapes, 7);
  SimOptions options;
  options.stall_percent = stalls;
  options.stall_seed = 3;
  options.deadlock_cycles = 3000;
  const SimResult result = simulate(c.design, trace, options);
  EXPECT_GT(result.words_checked, 0);
  EXPECT_EQ(total(result.causes), result.cycles);
  EXPECT_EQ(total(result.update_causes), result.cycles);
  ASSERT_EQ(result.records.size(), trace.gemms.size());
  std::int64_t in_records = 0;
  for (const RecordResult& r : result.records) {
    EXPECT_EQ(total(r.causes), r.cycles);
    in_records += r.cycles;
  }
  EXPECT_LE(in_records, result.cycles);
}

INSTANTIATE_TEST_SUITE_P(Designs, Replay, testing::Combine(testing::ValuesIn(cases()), Values(0U, 30U)),
                         [](const auto& instance) {
                           return std::get<0>(instance.param).name + "_stalls_" +
                                  std::to_string(std::get<1>(instance.param));
                         });

}  // namespace
}  // namespace napier::sim
