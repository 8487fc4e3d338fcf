#include "explore/ladder/traces.hpp"

#include <algorithm>

#include "models/base/random.hpp"
#include "models/trace/reference.hpp"

namespace napier::explore::ladder {

Trace small_trace(const Design& design, int layers, std::uint64_t seed) {
  const Philox random(seed);
  const int v = design.datapath.vector;
  std::vector<Shape> shapes;
  for (int i = 0; i < layers; ++i) {
    const auto below = [&](int bound, int what) {
      return static_cast<int>(random.below(static_cast<std::uint32_t>(bound),
                                           1 + static_cast<std::uint64_t>(i),
                                           static_cast<std::uint64_t>(what)));
    };
    // One to three tiles of rows and of columns, ragged; at most as many rows of A as the buffer holds.
    const int m = 1 + below(2 * design.datapath.lanes + 1, 0);
    const int n = 1 + below(2 * design.collector.entries + 2, 1);
    const int rows = std::min(design.buffers.a_rows, 4);
    const int k = 1 + below(rows * v, 2);
    shapes.push_back({m, n, k});
  }
  return random_trace(design, shapes, seed);
}

}  // namespace napier::explore::ladder
