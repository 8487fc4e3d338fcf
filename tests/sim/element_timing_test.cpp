// Timing without values against the SystemC model, the host's stalls included.
#include "sim/timing/element_timing.hpp"

#include <gmock/gmock.h>

#include "tests/sim/random_work.hpp"
#include "tests/sim/sim_runs.hpp"

namespace napier::sim {
namespace {

using namespace test;

struct Work {
  std::vector<ElementStep> steps;
  std::vector<std::int64_t> updates;
};
Work work_of(const Trace& trace) {
  Work work;
  for (const GemmRecord& r : trace.gemms) work.steps.push_back({job_of(trace, r), 1});
  for (const UpdateRecord& u : trace.updates) {
    work.updates.push_back(update_words(trace.design, static_cast<std::int64_t>(u.before.size())));
  }
  return work;
}

class ElementTiming : public testing::TestWithParam<int> {};

TEST_P(ElementTiming, EqualsTheSimulationWithStalls) {
  for (int i = 0; i < 60; ++i) {
    const auto seed = static_cast<std::uint64_t>(100'000 + GetParam() * 60 + i);
    Random random(seed);
    const Design d = random_design(random);
    const WorkloadLayer layer = random_layer(random);
    std::vector<Shape> shapes = shapes_of(d, layer, static_cast<TrainingPass>(random.from(0, 2)));
    if (shapes.empty()) shapes = {{3, 4, 2}};
    const Trace trace = random_trace(d, shapes, seed);
    SimOptions options;
    options.stall_percent = random.one_in(4) ? 0 : static_cast<unsigned>(random.from(1, 90));
    options.stall_seed = seed;
    const SimResult expected = simulate_in_child(d, trace, options);
    const Work work = work_of(trace);
    const ElementTimingResult result =
        run_element_timing(d, work.steps, work.updates, {options.stall_percent, options.stall_seed});
    ASSERT_EQ(result.cycles, expected.cycles) << text(d, shapes, seed);
    ASSERT_EQ(result.causes, expected.causes) << text(d, shapes, seed);
    ASSERT_EQ(result.update_causes, expected.update_causes) << text(d, shapes, seed);
    for (std::size_t r = 0; r < expected.records.size(); ++r) {
      ASSERT_EQ(result.steps[r], expected.records[r].causes) << "record " << r << text(d, shapes, seed);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Block, ElementTiming, testing::Range(0, 4));

// At sizes beyond what carries values, timing and closed form meet.
TEST(ElementTimingAlone, EqualsTheClosedFormOfALongRun) {
  const Design d = napier::test::small_lns();
  const std::vector<ElementStep> steps = {{element_job(d, 100, 90, 32, "a"), 5},
                                          {element_job(d, 30, 500, 20, "b"), 3}};
  const std::vector<std::int64_t> updates = {1000, 7};
  const ElementTimingResult result = run_element_timing(d, steps, updates);
  ElementTimeline timeline(d);
  const std::vector<ElementCycles> expected = timeline.run(steps, 1);
  EXPECT_EQ(result.cycles, timeline.cycles());
  for (std::size_t s = 0; s < steps.size(); ++s) {
    std::int64_t cycles = 0;
    for (const std::int64_t c : result.steps[s]) cycles += c;
    EXPECT_EQ(cycles, expected[s].total());
  }
}

TEST(ElementTimingAlone, NoticesEveryRegister) {
  Design d = napier::test::small_lns();
  const std::vector<std::int64_t> updates = {500};
  const auto causes = [&](const Design& design) {
    const std::vector<ElementStep> steps = {{element_job(design, 8, 40, 32, "a"), 1},
                                            {element_job(design, 40, 2, 32, "b"), 1}};
    return run_element_timing(design, steps, updates, {30, 7}).causes;
  };
  const CauseCounts before = causes(d);
  std::vector<Design> altered(4, d);
  altered[0].pipeline.reduce += 1;
  altered[1].pipeline.post_process += 1;
  altered[2].buffers.a_rows += 1;
  altered[3].buffers.b_words = 2;
  for (const Design& other : altered) EXPECT_NE(causes(other), before) << resolved_yaml(other);
}

}  // namespace
}  // namespace napier::sim
