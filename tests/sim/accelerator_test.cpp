// Random traces through the SystemC model of an accelerator: every output of every element, and every beat of
// the memory, is checked against the trace as it moves.
#include <gmock/gmock.h>

#include <numeric>

#include "tests/sim/accelerator_runs.hpp"

namespace napier::sim {
namespace {

using test::small_array;

/// Ragged in every dimension: fewer rows than lanes or elements, several rounds and jobs.
const std::vector<Shape> kShapes = {{8, 4, 8}, {1, 1, 1},    {3, 1, 2},  {17, 9, 23},
                                    {6, 5, 4}, {41, 13, 24}, {2, 3, 17}, {33, 30, 26}};

std::vector<Design> designs() {
  std::vector<Design> result;
  for (const int elements : {1, 2, 3}) {
    result.push_back(small_array(elements));
  }
  result.push_back(small_array(2, napier::test::small_int8()));
  result.push_back(small_array(2, napier::test::small_without_zero()));
  Design odd = napier::test::small_odd();
  odd.update.rounding = UpdateRounding::kNearest;
  result.push_back(small_array(3, odd));
  Design channels = napier::test::small_channels();
  channels.format.rounding = Rounding::kLogNearest;
  channels.update.rounding = UpdateRounding::kNearest;
  result.push_back(small_array(2, channels));
  Design vectors = napier::test::small_vectors();
  vectors.update.rounding = vectors.update.v_rounding = UpdateRounding::kNearest;
  result.push_back(small_array(3, vectors));
  Design narrow_post = napier::test::small_lns();
  narrow_post.post_processor.lanes = 2;
  narrow_post.datapath.vector = 8;
  narrow_post.update.lanes = 3;
  result.push_back(small_array(2, narrow_post));
  result.push_back(small_array(4));
  result.back().array.link_bits = 8;
  result.back().memory.dram_interval = 3;
  result.back().memory.dram_bits = 8;
  return result;
}

template <class Counts>
std::int64_t sum(const Counts& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

void expect_causes_to_add_up(const AcceleratorResult& r) {
  EXPECT_EQ(sum(r.dma), r.cycles);
  for (const auto& bank : r.banks) EXPECT_EQ(sum(bank), r.cycles);
  EXPECT_EQ(sum(r.gather), r.cycles);
  for (const ElementResult& e : r.elements) {
    EXPECT_EQ(sum(e.causes) + e.wait_memory, r.cycles);
    EXPECT_EQ(sum(e.update_causes), r.cycles);
  }
}

TEST(Accelerator, ReplaysRandomTraces) {
  for (const Design& design : designs()) {
    SCOPED_TRACE(design.array.elements);
    std::vector<Shape> shapes = kShapes;
    if (design.format.zero == ZeroCode::kNone) {
      for (Shape& s : shapes) s.k = (s.k + 3) / 4 * 4;
    }
    const Trace trace = random_trace(design, shapes, 3);
    const AcceleratorResult r = test::run_accelerator(trace);
    expect_causes_to_add_up(r);
    EXPECT_EQ(r.products.size(), trace.gemms.size());
  }
}

}  // namespace
}  // namespace napier::sim
