// Workloads on accelerators: mappings and bounds. Counts against the SystemC model:
// tests/sim/array_work_test.cpp.
#include "models/estimate/array_estimate.hpp"

#include <gmock/gmock.h>

#include "models/base/error.hpp"
#include "models/workload/workload_file.hpp"
#include "tests/models/small_designs.hpp"

namespace napier {
namespace {

Design small_array(int elements) {
  Design d = test::small_lns();
  d.array = {elements, 32, 4};
  d.memory = {768, 256, 512, 128, 32, 1, 12, 2, 16, 6};
  return d;
}

Workload network() {
  return parse_workload(
      "batch: 5\nlayers:\n"
      "  - name: c\n    kind: convolution\n    image: [9, 9]\n    inputs: 3\n    outputs: 20\n    kernel: "
      "[3, 3]\n"
      "    input_gradient: false\n"
      "  - name: fc\n    inputs: 980\n    outputs: 10\n    bias: true\n",
      "w");
}

TEST(ArrayEstimate, PassesAddUpAndTheBoundIsTheSlowestEngines) {
  const Design d = small_array(3);
  const Workload w = network();
  const ArrayEstimate e = estimate_array(d, w, Objective::kCycles, true);
  ArrayWork sum;
  std::int64_t macs = 0;
  for (const ArrayProductEstimate& p : e.products) {
    sum += p.work;
    macs += p.macs;
    EXPECT_GE(p.work.macs, p.macs);
  }
  for (const ArrayUpdateEstimate& u : e.updates) sum += u.work;
  sum.of(ArrayResource::kDma) += row_miss_cycles(d, sum);
  EXPECT_EQ(sum, e.work);
  EXPECT_EQ(macs, e.macs);
  EXPECT_EQ(e.work.at_least(), *std::max_element(e.work.cycles.begin(), e.work.cycles.end()));
  EXPECT_GT(e.utilisation_at_most, 0.0);
  EXPECT_LE(e.utilisation_at_most, 1.0);
  EXPECT_EQ(e.products.size(), 5U);
  EXPECT_EQ(estimate_array(d, w, Objective::kCycles, false).products.size(), 2U);
}

TEST(ArrayEstimate, PiecesOfKCoverItAndTheFirstHasTheBias) {
  const Design d = small_array(2);
  WorkloadLayer l;
  l.inputs = 70, l.outputs = 9, l.bias = true;
  const LayerProduct p = pass_products(l, TrainingPass::kForward, 4).at(0);
  const auto shapes = array_shapes(d, p, {Stationary::kA, 8}, "p");  // 32 + 32 + 6
  ASSERT_EQ(shapes.size(), 3U);
  EXPECT_TRUE(shapes[0].first.has_bias);
  EXPECT_EQ(shapes[0].second, 1);
  EXPECT_FALSE(shapes[1].first.has_bias);
  EXPECT_EQ(shapes[1].second, 1);
  EXPECT_EQ(shapes[2].first.k, 6);
  std::int64_t k = 0;
  for (const auto& [shape, count] : shapes) k += shape.k * count;
  EXPECT_EQ(k, 70);
}

TEST(ArrayEstimate, ObjectivesAreMet) {
  const Design d = small_array(2);
  WorkloadLayer l;
  l.kind = LayerKind::kProduct;
  l.m = 90, l.n = 50, l.k = 100;
  const LayerProduct p = pass_products(l, TrainingPass::kForward, 1).at(0);
  const auto beats = [&](Objective objective) {
    Workload w;
    w.layers = {l};
    w.layers[0].name = "p";
    const ArrayWork work = estimate_array(d, w, objective, false).work;
    return std::pair{work.beats_read + work.beats_written, work.at_least()};
  };
  const auto [few_cycles_beats, few_cycles] = beats(Objective::kCycles);
  const auto [few_beats, few_beats_cycles] = beats(Objective::kTraffic);
  EXPECT_LE(few_beats, few_cycles_beats);
  EXPECT_LE(few_cycles, few_beats_cycles);
}

TEST(ArrayEstimate, MoreElementsAndMemoryNeverHurt) {
  const Workload w = network();
  Design wide = small_array(2);
  wide.memory.dram_bits = 128;
  wide.array.link_bits = 64;
  EXPECT_LE(estimate_array(wide, w, Objective::kCycles, true).work.at_least(),
            estimate_array(small_array(2), w, Objective::kCycles, true).work.at_least());
}

TEST(ArrayEstimate, RefusesWhatTheBanksDoNotHold) {
  Design d = small_array(2);
  d.memory.b_words = 2;
  EXPECT_THROW(estimate_array(d, network(), Objective::kCycles, true), InputError);
}

}  // namespace
}  // namespace napier
