// The closed form against the SystemC model: every cycle, cause and event of random designs, layers and
// passes.
#include <gmock/gmock.h>

#include <random>

#include "models/closed_form/element_cycles.hpp"
#include "tests/sim/random_work.hpp"
#include "tests/sim/sim_runs.hpp"

namespace napier::sim {
namespace {

using namespace test;

constexpr int kBlocks = 10, kTriples = 220;  // a block; 2,200 in all

/// The simulator's counts in the closed form's order; causes that it calls impossible must not have happened.
std::vector<std::int64_t> possible(const CauseCounts& counts) {
  std::vector<std::int64_t> result;
  std::size_t next = 0;
  for (std::size_t i = 0; i < kCauses.size(); ++i) {
    if (next < kElementCauses.size() && kCauses[i].name == kElementCauses[next]) {
      result.push_back(counts[i]);
      ++next;
    } else {
      EXPECT_EQ(counts[i], 0) << kCauses[i].name;
    }
  }
  EXPECT_EQ(next, kElementCauses.size());
  return result;
}

std::vector<std::int64_t> list(const ElementCycles& cycles) {
  const auto all = values(cycles);
  return {all.begin(), all.end()};
}

std::int64_t event(const SimResult& result, const std::string& component, const std::string& name) {
  for (const Event& e : result.events) {
    if (e.component == component && e.event == name) return e.count;
  }
  return 0;
}

void compare_events(const SimResult& result, const ElementEvents& e) {
  EXPECT_EQ(event(result, "operand_buffer_a", "writes"), e.a_fill);
  EXPECT_EQ(event(result, "operand_buffer_a", "reads"), e.a_loads);
  EXPECT_EQ(event(result, "operand_buffer_b", "writes"), e.b_fill);
  EXPECT_EQ(event(result, "operand_buffer_b", "reads"), e.b_fill);
  EXPECT_EQ(event(result, "sequencer", "jobs"), e.jobs);
  EXPECT_EQ(event(result, "sequencer", "bias_words"), e.bias);
  EXPECT_EQ(event(result, "sequencer", "row_scale_words"), e.row_scale);
  EXPECT_EQ(event(result, "sequencer", "issues"), e.issues);
  EXPECT_EQ(event(result, "vector_lanes", "macs"), e.macs);
  EXPECT_EQ(event(result, "vector_lanes", "stationary_loads"), e.a_loads);
  EXPECT_EQ(event(result, "accumulation_collector", "drains"), e.out);
  EXPECT_EQ(event(result, "post_processor", "words"), e.out);
}

/// What the run adds up to: matrix products and updates begin side by side in cycle 0.
struct Expected {
  std::int64_t cycles = 0;
  ElementCycles causes;
  UpdateCycles update;
  std::int64_t update_idle = 0;
};

Expected expected_run(const Design& d, const Trace& trace, const ElementTimeline& timeline,
                      const ElementCycles& products) {
  Expected e;
  std::int64_t updated = 0;  // cycle after the unit's last word, and after its return to IDLE
  std::int64_t unit_free = 0;
  for (const UpdateRecord& u : trace.updates) {
    const UpdateCycles c = update_cycles(d, static_cast<std::int64_t>(u.before.size()));
    e.update.busy += c.busy;
    e.update.flush += c.flush;
    e.update.job += c.job;
    unit_free += c.total();
    updated = unit_free - kUpdateFinishing;
  }
  e.cycles = std::max(timeline.cycles(), updated);
  e.causes = products;
  const std::int64_t after = e.cycles - timeline.cycles();
  const std::int64_t finishing = trace.gemms.empty() ? 0 : std::min(after, ElementTimeline::kFinishing);
  e.causes.flush += finishing;
  e.causes.idle += after - finishing;
  if (unit_free > e.cycles) {
    e.update.flush -= unit_free - e.cycles;
  } else {
    e.update_idle = e.cycles - unit_free;
  }
  return e;
}

void compare(const Design& d, const Trace& trace, std::int64_t& rows, std::int64_t& steps) {
  const SimResult result = simulate_in_child(d, trace, {});
  ElementTimeline timeline(d), repeated(d);
  ElementCycles products;
  ElementEvents events;
  std::size_t equal = 0;  // records like the newest, which `repeated` takes at once
  for (std::size_t i = 0; i < trace.gemms.size(); ++i) {
    const ElementJob job = job_of(trace, trace.gemms[i]);
    const ElementCycles cycles = timeline.run(job);
    EXPECT_EQ(list(cycles), possible(result.records[i].causes)) << "record " << i;
    EXPECT_EQ(cycles.total(), result.records[i].cycles);
    products += cycles;
    events += element_events(d, job);
    rows += job.m_tiles * job.k_tiles * (job.n_tiles > 1 ? 2 : 1);
    ++equal;
    if (i + 1 < trace.gemms.size() && job_of(trace, trace.gemms[i + 1]) == job) continue;
    repeated.run(job, static_cast<std::int64_t>(equal));
    equal = 0;
  }
  EXPECT_EQ(repeated.cycles(), timeline.cycles());
  steps += timeline.steps();
  const Expected e = expected_run(d, trace, timeline, products);
  EXPECT_EQ(result.cycles, e.cycles);
  EXPECT_EQ(list(e.causes), possible(result.causes));
  const auto update = [&](UpdateCause c) { return result.update_causes[static_cast<std::size_t>(c)]; };
  EXPECT_EQ(update(UpdateCause::kBusy), e.update.busy);
  EXPECT_EQ(update(UpdateCause::kFlush), e.update.flush);
  EXPECT_EQ(update(UpdateCause::kJob), e.update.job);
  EXPECT_EQ(update(UpdateCause::kIdle), e.update_idle);
  compare_events(result, events);
}

class ClosedForm : public testing::TestWithParam<int> {};

TEST_P(ClosedForm, EqualsTheSimulation) {
  std::int64_t rows = 0, steps = 0;
  for (int i = 0; i < kTriples; ++i) {
    const auto seed = static_cast<std::uint64_t>(GetParam() * kTriples + i);
    Random random(seed);
    const Design d = random_design(random);
    const WorkloadLayer layer = random_layer(random);
    const auto pass = static_cast<TrainingPass>(random.from(0, 3));
    std::vector<Shape> shapes = shapes_of(d, layer, pass);
    const bool updates =
        d.update.kind == UpdateKind::kMadam && (pass == TrainingPass::kUpdate || random.one_in(4));
    if (shapes.empty()) {  // the update pass: its tensor's weights are those of the shape
      shapes = {{static_cast<int>(std::max<std::int64_t>(1, weight_count(layer, "layer"))), 1, 1}};
    }
    Trace trace = random_trace(d, shapes, seed);
    if (!updates) trace.updates.clear();
    if (updates && pass == TrainingPass::kUpdate) trace.gemms.clear();
    compare(d, trace, rows, steps);
    ASSERT_FALSE(HasFailure()) << text(d, shapes, seed);
  }
  EXPECT_LT(steps, rows);  // repeating tiles were skipped
}

/// The first product keeps buffer A full for long, the second asks for row after row.
const std::vector<Shape> kFullThenHungry = {{8, 40, 32}, {40, 2, 32}};

std::int64_t cycles_of(const Design& d) {
  ElementTimeline timeline(d);
  for (const Shape& s : kFullThenHungry) timeline.run(element_job(d, s.m, s.n, s.k, "job"));
  return timeline.cycles();
}

// A register, a row or a lane more or less: the closed form of the altered design is not the simulation's.
TEST(ClosedFormMutation, EveryParameterIsNoticed) {
  Design d = napier::test::small_lns();
  d.update.kind = UpdateKind::kHost;
  d.update.lanes = Update{}.lanes;
  Trace trace = random_trace(d, kFullThenHungry, 1);
  for (GemmRecord& r : trace.gemms) {
    r.bias.clear();
    compute_expected(d, r);
  }
  const std::int64_t simulated = simulate_in_child(d, trace, {}).cycles;
  EXPECT_EQ(cycles_of(d), simulated);
  std::vector<Design> altered(7, d);
  altered[0].pipeline.reduce += 1;
  altered[1].pipeline.post_process += 1;
  altered[2].post_processor.lanes = 8;
  altered[3].collector.entries += 1;
  altered[4].datapath.lanes = 4;
  altered[5].datapath.vector = 8;
  altered[6].buffers.a_rows += 1;
  for (const Design& other : altered) EXPECT_NE(cycles_of(other), simulated) << resolved_yaml(other);
}

INSTANTIATE_TEST_SUITE_P(Block, ClosedForm, testing::Range(0, kBlocks));

}  // namespace
}  // namespace napier::sim
