// An accelerator's counts and its least cycles against the SystemC model.
#include "models/estimate/array_work.hpp"

#include <gmock/gmock.h>

#include "models/design/widths.hpp"
#include "tests/sim/accelerator_runs.hpp"
#include "tests/sim/random_work.hpp"

namespace napier::sim {
namespace {

using namespace test;

constexpr int kBlocks = 4, kCases = 50;  // a block

Design random_array(Random& random) {
  Design d = random_design(random);
  d.format.rounding = Rounding::kLogNearest;  // with stochastic rounding a product may not be split
  const int elements = random.from(1, 4);
  d.array = {elements, 8 << random.from(0, 5), random.from(2, 9)};
  const int outputs = elements * widths::drain_groups(d) * d.collector.entries;
  const int rows = elements * d.datapath.lanes * d.buffers.a_rows;
  d.memory.a_words = 2 * rows * random.from(1, 2);
  d.memory.b_words = 2 * d.collector.entries * d.buffers.a_rows * random.from(1, 3);
  d.memory.side_words = 4 * (2 * outputs + elements * (1 + 2 * widths::drain_groups(d))) * random.from(1, 2);
  d.memory.out_words = 2 * outputs * random.from(1, 4);
  d.memory.dram_bits = 8 << random.from(0, 4);
  d.memory.dram_interval = random.from(1, 3);
  d.memory.dram_latency = random.from(1, 30);
  d.memory.dram_banks = random.from(1, 4);
  d.memory.dram_row_beats = random.from(4, 64);
  d.memory.dram_row_miss = random.from(0, 20);
  check_design(d, {"random array", {}});
  return d;
}

/// Any legal blocks of a product.
Blocks random_blocks(const Design& d, const ProductShape& shape, Random& random) {
  const ArrayTiles t(d, shape);
  Blocks blocks = largest_blocks(d, shape, "product");
  blocks.rounds = random.from(1, blocks.rounds);
  blocks.tiles = random.from(1, blocks.tiles);
  blocks.order = random.one_in(2) ? BlockOrder::kAOuter : BlockOrder::kBOuter;
  return blocks;
}

std::int64_t event(const AcceleratorResult& r, const std::string& component, const std::string& name) {
  std::int64_t sum = 0;
  for (const Event& e : r.events) {
    if (e.component.ends_with(component) && e.event == name) sum += e.count;
  }
  return sum;
}

class ArrayBound : public testing::TestWithParam<int> {};

TEST_P(ArrayBound, CountsAreExactAndNoRunIsShorter) {
  double ratios = 0;
  for (int i = 0; i < kCases; ++i) {
    const auto seed = static_cast<std::uint64_t>(200'000 + GetParam() * kCases + i);
    Random random(seed);
    const Design d = random_array(random);
    const WorkloadLayer layer = random_layer(random);
    std::vector<Shape> shapes = shapes_of(d, layer, static_cast<TrainingPass>(random.from(0, 2)));
    if (shapes.empty()) shapes = {{20, 9, 2}};
    Trace trace = random_trace(d, shapes, seed);
    if (random.one_in(2)) trace.updates.clear();
    AcceleratorOptions options;
    ArrayWork work;
    for (const GemmRecord& r : trace.gemms) {
      const ProductShape shape{r.m, r.n, r.k, !r.bias.empty(), !r.row_scales.empty(), !r.mask.empty()};
      options.blocks.push_back(random_blocks(d, shape, random));
      work += product_work(d, shape, options.blocks.back(), r.raw);
    }
    for (const UpdateRecord& u : trace.updates) {
      work += update_work(d, update_words(d, static_cast<std::int64_t>(u.before.size())));
    }
    work.of(ArrayResource::kDma) += row_miss_cycles(d, work);
    const AcceleratorResult result = run_accelerator(trace, options);
    SCOPED_TRACE(text(d, shapes, seed));
    EXPECT_EQ(event(result, "dma", "loads"), work.loads);
    EXPECT_EQ(event(result, "dma", "stores"), work.stores);
    EXPECT_EQ(event(result, "dma", "beats_read"), work.beats_read);
    EXPECT_EQ(event(result, "dma", "beats_written"), work.beats_written);
    EXPECT_EQ(event(result, "link_a", "words"), work.a_words);
    EXPECT_EQ(event(result, "link_b", "words"), work.b_words);
    EXPECT_EQ(event(result, "link_side", "words"), work.side_words);
    EXPECT_EQ(event(result, "gather", "words"), work.gather_words);
    EXPECT_EQ(event(result, "vector_lanes", "macs"), work.macs);
    EXPECT_GE(result.cycles, work.at_least());
    ratios += static_cast<double>(result.cycles) / static_cast<double>(work.at_least());
    ASSERT_FALSE(HasFailure());
  }
  RecordProperty("mean_of_cycles_over_bound", std::to_string(ratios / kCases));
  EXPECT_LT(ratios / kCases, 2.0);  // the bound says something
}

INSTANTIATE_TEST_SUITE_P(Block, ArrayBound, testing::Range(0, kBlocks));

// Where one engine is much slower than all others, the run is hardly longer than its own work.
TEST(ArrayBoundOf, OneSlowEngineIsTight) {
  const std::vector<Shape> shapes = {{33, 30, 26}};
  const auto bound_and_run = [&](const Design& d) {
    Trace trace = random_trace(d, shapes, 3);
    trace.updates.clear();
    const GemmRecord& r = trace.gemms[0];
    const ProductShape shape{r.m, r.n, r.k, !r.bias.empty(), !r.row_scales.empty(), !r.mask.empty()};
    ArrayWork work = product_work(d, shape, largest_blocks(d, shape, "product"), r.raw);
    work.of(ArrayResource::kDma) += row_miss_cycles(d, work);
    return std::pair{work, run_accelerator(trace).cycles};
  };
  Design slow_memory = small_array(2);
  slow_memory.memory.dram_interval = 20;
  const auto [memory, memory_cycles] = bound_and_run(slow_memory);
  EXPECT_EQ(memory.bottleneck(), ArrayResource::kDma);
  EXPECT_LT(memory_cycles, memory.at_least() * 11 / 10);
  Design slow_links = small_array(2);
  slow_links.array.link_bits = 8;
  slow_links.memory.dram_bits = 128;
  const auto [links, link_cycles_run] = bound_and_run(slow_links);
  EXPECT_NE(links.bottleneck(), ArrayResource::kDma);
  EXPECT_LT(link_cycles_run, links.at_least() * 3 / 2);
}

}  // namespace
}  // namespace napier::sim
