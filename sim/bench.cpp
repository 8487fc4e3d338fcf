#include "sim/bench.hpp"

#include <algorithm>
#include <array>

#include "models/base/error.hpp"
#include "models/base/processor_time.hpp"
#include "models/gemm/product_table.hpp"
#include "models/trace/reference.hpp"
#include "models/units/accumulation_collector.hpp"
#include "sim/child.hpp"
#include "sim/timing/element_timing.hpp"

namespace napier::sim {
namespace {

constexpr int kRuns = 3;
constexpr std::size_t kRecords = 8;
constexpr std::int64_t kTimedProducts = 100;
constexpr std::array<Shape, 1> kProduct = {{{64, 512, 1024}}};

constexpr std::array<Shape, 1> kCube = {{{256, 256, 256}}};

/// The accumulators of a record, one product after another through the table of all products.
std::vector<std::int32_t> scalar_loop(const Design& design, const GemmRecord& r) {
  const LnsFormat format(design.format);
  const ProductTable products(design);
  std::array<std::size_t, 256> attenuation{};  // 255 for a zero, as ProductTable asks
  for (std::size_t w = 0; w < attenuation.size(); ++w) {
    const auto word = static_cast<Word>(w);
    attenuation[w] =
        format.is_zero(word) ? 255 : static_cast<std::size_t>(format.max_code() - format.code(word));
  }
  std::vector<std::int32_t> acc;
  acc.reserve(r.acc.size());
  for (int n = 0; n < r.n; ++n) {
    const Word* b = &r.b[static_cast<std::size_t>(n) * static_cast<std::size_t>(r.k)];
    for (int m = 0; m < r.m; ++m) {
      const Word* a = &r.a[static_cast<std::size_t>(m) * static_cast<std::size_t>(r.k)];
      std::int32_t total = r.bias.empty() ? 0 : r.bias[static_cast<std::size_t>(m)];
      for (int first = 0; first < r.k; first += design.datapath.vector) {
        const int last = std::min(first + design.datapath.vector, r.k);
        std::int64_t sum = 0;
        for (int k = first; k < last; ++k) {
          const std::int64_t value = products.by_attenuation[attenuation[a[k]] + attenuation[b[k]]];
          sum += format.negative(a[k]) != format.negative(b[k]) ? -value : value;
        }
        total = accumulate(total, sum >> products.shift, design.datapath.accumulator_bits,
                           design.datapath.overflow)
                    .value;
      }
      acc.push_back(total);
    }
  }
  return acc;
}

double scalar_seconds(const Design& design, const GemmRecord& record) {
  const double start = processor_seconds();
  const std::vector<std::int32_t> acc = scalar_loop(design, record);
  const double seconds = processor_seconds() - start;
  if (acc != record.acc) throw InternalError("the scalar loop of the benchmark computes other accumulators");
  return seconds;
}

/// Cycles a second without values, of the same product kTimedProducts times.
double timing_rate(const Design& design) {
  const Shape& s = kProduct[0];
  const std::vector<ElementStep> steps = {{element_job(design, s.m, s.n, s.k, "product"), kTimedProducts}};
  const double start = processor_seconds();
  const std::int64_t cycles = run_element_timing(design, steps, {}).cycles;
  return static_cast<double>(cycles) / (processor_seconds() - start);
}

/// The fastest of several runs.
SimResult fastest(const Design& design, const Trace& trace) {
  SimResult best;
  for (int i = 0; i < kRuns; ++i) {
    SimResult run = simulate_in_child(design, trace, {});
    if (i == 0 || run.processor_seconds < best.processor_seconds) best = std::move(run);
  }
  return best;
}

}  // namespace

Design bench_element() {
  Design design;
  design.name = "lns8_32x32";
  design.update.kind = UpdateKind::kHost;
  return design;
}

Trace bench_trace() {
  Trace trace = random_trace(bench_element(), kProduct, 1);
  trace.gemms.resize(kRecords, trace.gemms[0]);  // long enough for the cost of starting not to count
  return trace;
}

std::vector<BenchRow> bench_simulation() {
  const Design design = bench_element();
  const Trace trace = bench_trace();
  double scalar = 1e30, timing = 0;
  for (int i = 0; i < kRuns; ++i) {
    scalar = std::min(scalar, scalar_seconds(design, trace.gemms[0]));
    timing = std::max(timing, timing_rate(design));
  }
  const SimResult large = fastest(design, trace);
  Design small = design;
  small.name = "lns8_16x16";
  small.datapath.lanes = small.datapath.vector = 16;
  const SimResult cube = fastest(small, random_trace(small, kCube, 1));
  scalar *= static_cast<double>(kRecords);
  const auto macs = static_cast<double>(large.macs), cycles = static_cast<double>(large.cycles);
  const double seconds = large.processor_seconds;
  return {{"scalar_loop.macs", macs / scalar, "MAC/s", "", 0.0},
          {"scalar_loop.cycles", cycles / scalar, "cycles/s", "", 0.0},
          {"timing_32x32.cycles", timing, "cycles/s", "systemc_32x32.cycles", timing * seconds / cycles},
          {"systemc_16x16_gemm_256.length", static_cast<double>(cube.cycles), "cycles", "", 0.0},
          {"systemc_16x16_gemm_256.macs", static_cast<double>(cube.macs) / cube.processor_seconds, "MAC/s",
           "", 0.0},
          {"systemc_16x16_gemm_256.cycles", static_cast<double>(cube.cycles) / cube.processor_seconds,
           "cycles/s", "", 0.0},
          {"systemc_32x32.macs", macs / seconds, "MAC/s", "scalar_loop.macs", scalar / seconds},
          {"systemc_32x32.cycles", cycles / seconds, "cycles/s", "scalar_loop.cycles", scalar / seconds}};
}

}  // namespace napier::sim
