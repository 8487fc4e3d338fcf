#pragma once
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "models/closed_form/element_cycles.hpp"
#include "models/design/design_file.hpp"
#include "models/trace/reference.hpp"
#include "models/workload/passes.hpp"
#include "tests/models/small_designs.hpp"

/// Random designs, layers and passes, small enough to simulate thousands of them.
namespace napier::sim::test {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  int from(int low, int high) {
    return low + static_cast<int>(engine_() % static_cast<std::uint64_t>(high - low + 1));
  }
  bool one_in(int n) { return from(1, n) == 1; }

 private:
  std::mt19937_64 engine_;
};

inline Design random_design(Random& random) {
  Design d = napier::test::small_lns();
  if (random.one_in(4)) d = napier::test::small_int8();
  if (random.one_in(4)) d = napier::test::small_fp8();
  d.post_processor.lanes = random.from(1, 3);
  d.datapath.lanes = d.post_processor.lanes * random.from(1, 3);
  d.datapath.vector = 1 << random.from(0, 2);
  d.collector.entries = random.from(1, 6);
  d.buffers = {random.from(2, 12), random.from(2, 8)};
  if (d.update.kind == UpdateKind::kMadam) d.update.lanes = random.from(1, 5);
  d.pipeline.multiply = random.from(0, 2);
  d.pipeline.reduce = random.from(1, 2);
  d.pipeline.post_process = random.from(1, 4);
  if (d.format.kind != FormatKind::kInt8) d.pipeline.convert = random.from(0, 2);
  if (d.format.kind == FormatKind::kLns) {
    d.pipeline.update = random.from(1, 5);
    if (random.one_in(3))
      d.format.scale_group = random.one_in(2) ? ScaleGroup::kChannel : ScaleGroup::kVector;
    if (random.one_in(4)) d.format.rounding = Rounding::kStochastic;
    if (random.one_in(4)) {
      d.datapath.style = ConversionStyle::kPerElement;
      d.datapath.lut_bits = 3;
    } else {
      d.pipeline.scale = random.from(0, 2);
    }
  }
  check_design(d, {"random design", {}});
  return d;
}

inline WorkloadLayer random_layer(Random& random) {
  WorkloadLayer l;
  l.name = "layer";
  l.kind = static_cast<LayerKind>(random.from(0, 2));
  if (l.kind == LayerKind::kLinear) {
    l.inputs = random.from(1, 40);
    l.outputs = random.from(1, 40);
    l.rows = random.from(1, 8);
  } else if (l.kind == LayerKind::kProduct) {
    l.count = random.from(1, 3);
    l.m = random.from(1, 12), l.n = random.from(1, 12), l.k = random.from(1, 12);
  } else {
    l.groups = random.from(1, 2);
    l.inputs = l.groups * random.from(1, 2);
    l.outputs = l.groups * random.from(1, 4);
    l.kernel = {random.from(1, 3), random.from(1, 3)};
    l.stride = {random.from(1, 2), random.from(1, 2)};
    l.dilation = {random.from(1, 2), 1};
    l.padding = {random.from(0, 1), random.from(0, 1), random.from(0, 1), random.from(0, 1)};
    l.image = {5 + random.from(0, 1), 3 + random.from(0, 2)};
  }
  check_layer(l, 1, "layer");
  return l;
}

/// The pass as products that fit the element: K in pieces of what buffer A holds.
inline std::vector<Shape> shapes_of(const Design& d, const WorkloadLayer& layer, TrainingPass pass) {
  std::vector<Shape> shapes;
  const int most = d.buffers.a_rows * d.datapath.vector;
  for (const LayerProduct& p : pass_products(layer, pass, 1)) {
    for (std::int64_t i = 0; i < p.count; ++i) {
      for (int k = 0; k < p.k; k += most) {
        shapes.push_back(
            {static_cast<int>(p.m), static_cast<int>(p.n), std::min(most, static_cast<int>(p.k) - k)});
      }
    }
  }
  return shapes;
}

inline std::string text(const Design& d, const std::vector<Shape>& shapes, std::uint64_t seed) {
  std::string all = "seed " + std::to_string(seed) + "\n" + resolved_yaml(d);
  for (const Shape& s : shapes) {
    all += std::to_string(s.m) + " x " + std::to_string(s.n) + " x " + std::to_string(s.k) + "\n";
  }
  return all;
}

inline ElementJob job_of(const Trace& trace, const GemmRecord& r) {
  ElementJob job = element_job(trace.design, r.m, r.n, r.k, "record");
  job.bias = !r.bias.empty();
  job.mask = !r.mask.empty();
  job.row_scales = !r.row_scales.empty();
  return job;
}

}  // namespace napier::sim::test
