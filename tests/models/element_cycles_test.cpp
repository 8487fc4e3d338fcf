// The closed form at sizes that no simulation reaches: what it skips against the same recurrence row by row,
// and its limits. Against the SystemC model: tests/sim/closed_form_test.cpp.
#include "models/closed_form/element_cycles.hpp"

#include <gmock/gmock.h>

#include <random>

#include "models/base/error.hpp"
#include "models/design/widths.hpp"
#include "tests/models/small_designs.hpp"

namespace napier {
namespace {

/// The recurrence of docs/estimate.md written down plainly: every row of every tile, all times kept.
class EveryRow {
 public:
  explicit EveryRow(const Design& d) : d_(d) {}

  void run(const ElementJob& job) {
    const std::int64_t groups = widths::drain_groups(d_), latency = widths::lane_latency(d_);
    const std::int64_t start = next_job_, loads = (job.bias ? groups : 0) + (job.row_scales ? groups : 0);
    std::int64_t run = start + 1, moved = -1, issued = -1;
    for (std::int64_t mt = 0; mt < job.m_tiles; ++mt) {
      if (mt > 0 && job.row_scales) run += d_.pipeline.post_process + 1;
      run += loads;
      for (std::int64_t nt = 0; nt < job.n_tiles; ++nt) {
        const std::int64_t columns = nt == job.n_tiles - 1 ? job.n_last : d_.collector.entries;
        for (std::int64_t kt = 0; kt < job.k_tiles; ++kt) {
          const bool last = nt == job.n_tiles - 1;  // which frees the row
          const std::size_t row = freed_.size() + (last ? 0 : static_cast<std::size_t>(kt));
          if (nt == 0) fill();
          const std::int64_t there = filled_.at(row) + 1;
          const bool first = mt == 0 && nt == 0 && kt == 0;
          const std::int64_t loaded = std::max({moved, there, first ? start + 2 : -1});
          if (last) freed_.push_back(loaded);
          moved = std::max(loaded + 1, issued);
          issued = std::max(moved + 1, run) + columns - 1;
        }
        run = issued + latency + (mt == job.m_tiles - 1 ? job.g_last : groups) * columns + 2;
      }
    }
    end_ = run + d_.pipeline.post_process;
    next_job_ = end_ + 1;
  }
  std::int64_t cycles() const { return end_; }

 private:
  void fill() {
    const std::size_t row = filled_.size(), rows = static_cast<std::size_t>(d_.buffers.a_rows);
    std::int64_t begin = row == 0 ? 0 : filled_.back() + 1;
    if (row >= rows) begin = std::max(begin, freed_.at(row - rows) + 1);
    filled_.push_back(begin + d_.datapath.lanes - 1);
  }

  const Design& d_;
  std::vector<std::int64_t> filled_, freed_;
  std::int64_t next_job_ = 0, end_ = 0;
};

TEST(ElementCycles, SkippingChangesNothing) {
  std::mt19937_64 random(9);
  const auto from = [&](int low, int high) {
    return low + static_cast<int>(random() % static_cast<std::uint64_t>(high - low + 1));
  };
  std::int64_t rows = 0, steps = 0;
  for (int round = 0; round < 200; ++round) {
    Design d = test::small_lns();
    d.post_processor.lanes = from(1, 4);
    d.datapath.lanes = d.post_processor.lanes * from(1, 6);
    d.collector.entries = from(1, 24);
    d.buffers.a_rows = from(2, 40);
    ElementTimeline timeline(d);
    EveryRow every(d);
    for (int j = 0; j < 4; ++j) {
      ElementJob job;
      job.m_tiles = from(1, 60);
      job.n_tiles = from(1, 12);
      job.k_tiles = from(1, d.buffers.a_rows);
      job.n_last = from(1, d.collector.entries);
      job.g_last = from(1, widths::drain_groups(d));
      job.bias = from(0, 1) == 1;
      job.row_scales = from(0, 3) == 0;
      const int count = from(0, 1) == 0 ? 1 : from(2, 30);
      const std::int64_t before = timeline.cycles();
      const std::int64_t spent = timeline.run(job, count).total();
      EXPECT_EQ(spent, timeline.cycles() - before);
      for (int i = 0; i < count; ++i) every.run(job);
      ASSERT_EQ(timeline.cycles(), every.cycles()) << "round " << round << ", job " << j;
      rows += count * job.m_tiles * job.k_tiles;
    }
    steps += timeline.steps();
  }
  EXPECT_LT(steps, rows / 2);
}

TEST(ElementCycles, SequencesAreTheirStepsOneAfterAnother) {
  const Design d = test::small_lns();
  const std::vector<ElementStep> steps = {{element_job(d, 60, 30, 32, "a"), 3},
                                          {element_job(d, 9, 2, 20, "b"), 1},
                                          {element_job(d, 3, 1, 1, "c"), 5}};
  ElementTimeline together(d), apart(d);
  const std::vector<ElementCycles> spent = together.run(steps, 40);
  std::vector<ElementCycles> expected(steps.size());
  for (int i = 0; i < 40; ++i) {
    for (std::size_t s = 0; s < steps.size(); ++s) {
      for (int j = 0; j < steps[s].count; ++j) expected[s] += apart.run(steps[s].job);
    }
  }
  EXPECT_EQ(spent, expected);
  EXPECT_EQ(together.cycles(), apart.cycles());
  EXPECT_LT(together.steps(), apart.steps() / 4);
}

TEST(ElementCycles, CostDoesNotGrowWithRepetitions) {
  const Design d = test::small_lns();
  ElementJob job = element_job(d, 800, 400, 32, "job");
  ElementTimeline once(d), often(d);
  once.run(job, 100);
  often.run(job, 1'000'000'000);
  EXPECT_EQ(once.steps(), often.steps());
  EXPECT_GT(often.cycles(), 1'000'000'000'000);
}

TEST(ElementCycles, RefusesWhatDoesNotFit) {
  Design d = test::small_lns();  // 8 rows of 4
  EXPECT_EQ(element_job(d, 1, 1, 32, "job").k_tiles, 8);
  EXPECT_THROW(element_job(d, 1, 1, 33, "job"), InputError);
  EXPECT_THROW(element_job(d, 0, 1, 1, "job"), InputError);
  EXPECT_THROW(element_job(d, 8LL * 65536, 1, 1, "job"), InputError);
  EXPECT_EQ(element_job(d, 8LL * 65535, 1, 1, "job").m_tiles, 65535);
  EXPECT_THROW(ElementTimeline(d).run(element_job(d, 8, 4, 4, "job"), INT64_MAX), InputError);
  d.format.zero = ZeroCode::kNone;
  EXPECT_THROW(element_job(d, 1, 1, 5, "job"), InputError);
  EXPECT_EQ(element_job(d, 1, 1, 8, "job").k_tiles, 2);
}

TEST(ElementCycles, OfUpdates) {
  Design d = test::small_lns();
  EXPECT_EQ(update_cycles(d, 9), (UpdateCycles{3, d.pipeline.update + 1, 1}));
  EXPECT_EQ(update_cycles(d, 0), (UpdateCycles{0, 0, 1}));
}

}  // namespace
}  // namespace napier
