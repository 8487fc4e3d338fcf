#include "explore/estimate/bench.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include "models/estimate/estimate.hpp"
#include "models/workload/workload_file.hpp"

namespace napier::embedded {
extern const std::string_view resnet50_workload;
extern const std::string_view bert_large_workload;
extern const std::string_view gpt_1b7_workload;
}  // namespace napier::embedded

namespace napier::explore {
namespace {

constexpr int kRuns = 5;

}  // namespace

std::vector<BenchRow> bench_estimate() {
  using Clock = std::chrono::steady_clock;
  const Design design;  // 32 x 32
  std::vector<BenchRow> rows;
  for (const auto& [name, text] : {std::pair{"resnet50", embedded::resnet50_workload},
                                   {"bert_large", embedded::bert_large_workload},
                                   {"gpt_1b7", embedded::gpt_1b7_workload}}) {
    const Workload workload = parse_workload(text, name);
    double best = 1e30;
    std::int64_t cycles = 0;
    for (int i = 0; i < kRuns; ++i) {
      const auto start = Clock::now();
      cycles = estimate(design, workload, {}).cycles();
      best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
    }
    rows.push_back({std::string(name) + ".step", best * 1e3, "ms", "", 0.0});
    rows.push_back({std::string(name) + ".cycles", static_cast<double>(cycles) / best, "cycles/s", "", 0.0});
  }
  return rows;
}

}  // namespace napier::explore
