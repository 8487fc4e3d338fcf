// Mappings and whole training steps.
#include "models/estimate/estimate.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <random>

#include "models/base/error.hpp"
#include "models/design/widths.hpp"
#include "models/workload/workload_file.hpp"
#include "tests/models/small_designs.hpp"

namespace napier {
namespace {

using testing::HasSubstr;

LayerProduct product(std::int64_t m, std::int64_t n, std::int64_t k) {
  WorkloadLayer l;
  l.kind = LayerKind::kProduct;
  l.m = m, l.n = n, l.k = k;
  return pass_products(l, TrainingPass::kForward, 1).at(0);
}

std::int64_t cycles_of(const Design& d, const LayerProduct& p, const ProductMapping& mapping) {
  ElementTimeline timeline(d);
  timeline.run(mapped_jobs(d, p, mapping, "product"), 1);
  return timeline.cycles();
}

std::int64_t bits_of(const Design& d, const LayerProduct& p, const ProductMapping& mapping) {
  ElementEvents events;
  for (const ElementStep& s : mapped_jobs(d, p, mapping, "product")) {
    events += element_events(d, s.job).times(s.count);
  }
  return traffic_bits(d, events);
}

TEST(Mapping, EveryMappingMultipliesAllOfTheProduct) {
  const Design d = test::small_lns();  // lanes 8, vector 4, entries 4, 8 rows
  const LayerProduct p = product(20, 9, 70);
  for (const ProductMapping& mapping :
       {ProductMapping{Stationary::kA, 8}, {Stationary::kB, 8}, {Stationary::kA, 5}, {Stationary::kB, 1}}) {
    std::int64_t vectors = 0;
    for (const ElementStep& s : mapped_jobs(d, p, mapping, "product")) {
      vectors += s.count * s.job.k_tiles;
      EXPECT_LE(s.job.k_tiles, d.buffers.a_rows);
      const bool a = mapping.stationary == Stationary::kA;
      EXPECT_EQ(s.job.m_tiles, a ? 3 : 2);
      EXPECT_EQ((s.job.n_tiles - 1) * 4 + s.job.n_last, a ? 9 : 20);
    }
    EXPECT_EQ(vectors, 18);
  }
}

TEST(Mapping, ProductsOfMoreTilesThanAJobCountsAreCut) {
  const Design d = test::small_lns();
  const auto jobs = mapped_jobs(d, product(8 * 65535 + 3, 4 * 65535 * 2 + 1, 4), {Stationary::kA, 1}, "p");
  std::int64_t tiles = 0;
  for (const ElementStep& s : jobs) tiles += s.count * s.job.m_tiles * s.job.n_tiles;
  EXPECT_EQ(tiles, std::int64_t{65536} * (2 * 65535 + 1));
  EXPECT_EQ(jobs.size(), 4U);
}

TEST(Mapping, OnlyTheFirstPieceOfKHasTheBias) {
  const Design d = test::small_lns();
  LayerProduct p = product(8, 4, 70);
  p.bias = true;
  const auto jobs = mapped_jobs(d, p, {Stationary::kA, 8}, "p");  // 8 + 8 + 2 vectors
  ASSERT_EQ(jobs.size(), 3U);
  EXPECT_TRUE(jobs[0].job.bias);
  EXPECT_EQ(jobs[0].count, 1);
  EXPECT_FALSE(jobs[1].job.bias);
  EXPECT_EQ(jobs[1].count, 1);
  EXPECT_EQ(jobs[2].job.k_tiles, 2);
  EXPECT_THROW(mapped_jobs(d, p, {Stationary::kB, 8}, "p"), InputError);
  EXPECT_THROW(mapped_jobs(d, p, {Stationary::kA, 9}, "p"), InputError);
  EXPECT_THROW(mapped_jobs(d, p, {Stationary::kA, 0}, "p"), InputError);
  EXPECT_EQ(legal_stationary(d, p), std::vector{Stationary::kA});
  p.bias = false;
  EXPECT_EQ(legal_stationary(d, p).size(), 2U);
}

TEST(Mapping, RowScalesStayWithTheWeights) {
  const Design d = test::small_channels();
  WorkloadLayer l;
  l.inputs = 10, l.outputs = 10;
  const LayerProduct forward = pass_products(l, TrainingPass::kForward, 1).at(0);
  EXPECT_EQ(legal_stationary(d, forward), std::vector{Stationary::kA});
  EXPECT_TRUE(mapped_jobs(d, forward, {Stationary::kA, 5}, "p")[0].job.row_scales);
  EXPECT_FALSE(mapped_jobs(d, forward, {Stationary::kA, 4}, "p")[0].job.row_scales);
  EXPECT_EQ(legal_stationary(d, pass_products(l, TrainingPass::kWeightGradient, 1).at(0)).size(), 2U);
}

TEST(Mapping, ScalesOfVectorsStayWithTheWeights) {
  Design d = test::small_lns();
  d.format.scale_group = ScaleGroup::kVector;
  WorkloadLayer l;
  l.inputs = 10, l.outputs = 10;
  EXPECT_EQ(legal_stationary(d, pass_products(l, TrainingPass::kForward, 1).at(0)),
            std::vector{Stationary::kA});
  EXPECT_EQ(legal_stationary(d, pass_products(l, TrainingPass::kInputGradient, 1).at(0)).size(), 2U);
  ElementEvents one;
  one.a_fill = 1;  // four words of 8 bits, and the octaves
  EXPECT_EQ(traffic_bits(d, one), 40);
}

/// The search against every mapping there is.
TEST(Mapping, NoOtherMappingIsBetter) {
  std::mt19937_64 random(6);
  const auto from = [&](int low, int high) {
    return low + static_cast<int>(random() % static_cast<std::uint64_t>(high - low + 1));
  };
  for (int round = 0; round < 300; ++round) {
    Design d = test::small_lns();
    d.post_processor.lanes = from(1, 4);
    d.datapath.lanes = d.post_processor.lanes * from(1, 6);
    d.collector.entries = from(1, 12);
    d.buffers.a_rows = from(2, 12);
    const LayerProduct p = product(from(1, 50), from(1, 50), from(1, 200));
    std::int64_t fewest_cycles = INT64_MAX, fewest_bits = INT64_MAX;
    for (const Stationary stationary : {Stationary::kA, Stationary::kB}) {
      for (std::int64_t k = 1; k <= d.buffers.a_rows; ++k) {
        fewest_cycles = std::min(fewest_cycles, cycles_of(d, p, {stationary, k}));
        fewest_bits = std::min(fewest_bits, bits_of(d, p, {stationary, k}));
      }
    }
    EXPECT_EQ(cycles_of(d, p, best_mapping(d, p, Objective::kCycles, "p")), fewest_cycles);
    EXPECT_EQ(bits_of(d, p, best_mapping(d, p, Objective::kTraffic, "p")), fewest_bits);
  }
}

Workload two_layers() {
  return parse_workload(
      "batch: 5\nlayers:\n"
      "  - name: c\n    kind: convolution\n    image: [6, 6]\n    inputs: 3\n    outputs: 8\n    kernel: [3, "
      "3]\n"
      "    stride: [2, 2]\n    padding: [1, 1, 1, 1]\n    input_gradient: false\n"
      "  - name: fc\n    inputs: 72\n    outputs: 10\n    bias: true\n",
      "w");
}

TEST(Estimate, RunsThePassesInTheTrainersOrder) {
  const Workload w = two_layers();
  const Estimate e = estimate(test::small_lns(), w, {});
  std::vector<std::string> order;
  for (const ProductEstimate& p : e.products) {
    order.push_back(w.layers[p.layer].name + " " + std::string(training_pass_name(p.product.pass)));
  }
  EXPECT_THAT(order, testing::ElementsAre("c forward", "fc forward", "fc weight_gradient",
                                          "fc input_gradient", "c weight_gradient"));
  ASSERT_EQ(e.updates.size(), 2U);
  EXPECT_EQ(e.updates[0].weights, 720);
  EXPECT_EQ(e.update_cycles, 1 + 180 + 5 + 1 + 54 + 5 - kUpdateFinishing);
  std::int64_t macs = 0, cycles = 0;
  for (const ProductEstimate& p : e.products) {
    macs += p.macs;
    cycles += p.cycles.total();
    EXPECT_EQ(p.macs, p.product.m * p.product.n * p.product.k);
    EXPECT_GT(p.utilisation, 0.0);
    EXPECT_LE(p.utilisation, 1.0);
  }
  EXPECT_EQ(cycles, e.product_cycles);
  EXPECT_EQ(macs, e.macs);
  EXPECT_EQ(estimate(test::small_int8(), w, {}).host_weights, 720 + 8 * 27);
  EXPECT_EQ(estimate(test::small_int8(), w, {}).update_cycles, 0);
}

TEST(Estimate, RepeatedLayersTakeAsLongAsWrittenOut) {
  Workload repeated = two_layers(), written = two_layers();
  repeated.layers[0].repeat = 7;
  for (int i = 1; i < 7; ++i) {
    written.layers.insert(written.layers.begin(), two_layers().layers[0]);
    written.layers[0].name = "c" + std::to_string(i);
  }
  const Estimate a = estimate(test::small_lns(), repeated, {}), b = estimate(test::small_lns(), written, {});
  EXPECT_EQ(a.product_cycles, b.product_cycles);
  EXPECT_EQ(a.update_cycles, b.update_cycles);
  EXPECT_EQ(a.macs, b.macs);
}

TEST(Estimate, StreamedOperandsAreFetchedOnceAnMTile) {
  EstimateOptions options;
  options.training = false;
  options.mapping.mappings = {{"c", "", TrainingPass::kForward, {Stationary::kB, 7}}};
  const Estimate e = estimate(test::small_lns(), two_layers(), options);
  ASSERT_EQ(e.products.size(), 2U);
  const ProductEstimate& c = e.products[0];  // b = 45 pixels stay, six tiles of 8
  EXPECT_EQ(c.a_fetched, 6 * 8 * 27);
  EXPECT_EQ(c.a_distinct, 8 * 27);
  // 3 x 3 patches of stride 2 over 6 x 6 with a border: 2 + 3 + 3 rows, and columns, of each three patches.
  EXPECT_EQ(c.b_fetched, 5 * 8 * 8 * 3);
  EXPECT_EQ(c.b_distinct, 5 * 6 * 6 * 3);
}

TEST(Estimate, GivenMappingsAreUsedAndMustNameProducts) {
  const Workload w = two_layers();
  const Design d = test::small_lns();
  EstimateOptions options;
  options.mapping.mappings = {{"fc", "", TrainingPass::kWeightGradient, {Stationary::kB, 1}}};
  const Estimate e = estimate(d, w, options);
  EXPECT_EQ(e.products[2].mapping, (ProductMapping{Stationary::kB, 1}));
  EXPECT_EQ(e.products[2].host_additions, 72 * 10);  // K = 5 samples in two pieces of a vector
  options.mapping = mappings_of(w, e);
  EXPECT_EQ(estimate(d, w, options).cycles(), e.cycles());
  options.mapping.mappings.push_back(options.mapping.mappings[0]);
  EXPECT_THROW(estimate(d, w, options), InputError);
  options.mapping.mappings = {{"fd", "", TrainingPass::kForward, {}}};
  try {
    estimate(d, w, options);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("layer 'fd', forward, which this workload does not multiply"));
  }
}

TEST(Estimate, TilesFollowEachOther) {
  const Workload w = two_layers();
  EstimateOptions options;
  options.tiles = 100'000;
  const Estimate e = estimate(test::small_lns(), w, options);
  EXPECT_EQ(e.cycles(), estimate(test::small_lns(), w, {}).cycles());
  std::int64_t tiles = 0, before = 0;
  for (const ProductEstimate& p : e.products) {
    for (const ElementStep& s : mapped_jobs(test::small_lns(), p.product, p.mapping, "")) {
      tiles += p.times * s.count * s.job.m_tiles * s.job.n_tiles;
    }
  }
  ASSERT_EQ(static_cast<std::int64_t>(e.tiles.size()), tiles);
  for (const EstimatedTile& t : e.tiles) {
    EXPECT_GE(t.span.begin, before);
    EXPECT_GT(t.span.issued, t.span.begin - 1);
    EXPECT_GT(t.span.end, t.span.issued);
    before = t.span.end;
  }
  EXPECT_LT(before, e.product_cycles);
  options.tiles = 3;
  EXPECT_EQ(estimate(test::small_lns(), w, options).tiles.size(), 3U);
}

TEST(Estimate, EveryShippedWorkloadIsEstimated) {
  for (const auto& entry : std::filesystem::directory_iterator(NAPIER_SOURCE_DIR "/configs/workloads")) {
    const Workload w = read_workload(entry.path());
    const Estimate e = estimate(Design{}, w, {});
    EXPECT_GT(e.utilisation, 0.02) << w.name;
    EXPECT_LT(e.utilisation, 1.0) << w.name;
    std::int64_t forward = 0;
    for (const ProductEstimate& p : e.products) {
      if (p.product.pass == TrainingPass::kForward) forward += p.macs;
    }
    EXPECT_EQ(forward, w.batch * forward_macs(w)) << w.name;
  }
}

TEST(Estimate, RefusesCountsBeyond64Bits) {
  const std::string size = std::to_string(std::int64_t{1} << 31);
  const Workload w =
      parse_workload("layers:\n  - name: a\n    kind: product\n    count: 1073741824\n    m: " + size +
                         "\n    n: 1\n    k: 2\n",
                     "w");
  EXPECT_THROW(estimate(test::small_lns(), w, {}), InputError);
}

}  // namespace
}  // namespace napier
