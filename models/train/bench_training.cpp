#include <deque>
#include <string>

#include "models/base/random.hpp"
#include "models/base/rates.hpp"
#include "models/gemm/openblas_core.hpp"
#include "models/train/bench.hpp"
#include "models/train/network.hpp"

namespace napier {
namespace {

constexpr int kBatch = 128;
constexpr int kPixels = 784;

/// Half of the pixels are black, as in the reference data.
Batch random_batch() {
  const Philox random(3);
  Batch batch{.count = kBatch, .inputs = {}, .labels = {}};
  for (std::size_t i = 0; i < std::size_t{kBatch} * kPixels; ++i) {
    const std::uint32_t word = random.word(0, i);
    batch.inputs.push_back(static_cast<std::uint8_t>((word & 256U) != 0 ? word & 255U : 0U));
  }
  for (std::size_t i = 0; i < kBatch; ++i) {
    batch.labels.push_back(static_cast<std::uint8_t>(random.word(1, i) % 10));
  }
  return batch;
}

std::vector<Design> arithmetics() {
  Design fp32;
  fp32.name = "fp32";
  fp32.format.kind = FormatKind::kFp32;
  fp32.update.kind = UpdateKind::kHost;
  Design paper;
  paper.name = "lns8_paper";
  Design int8;
  int8.name = "int8";
  int8.format.kind = FormatKind::kInt8;
  int8.update.kind = UpdateKind::kHost;
  return {fp32, paper, int8};
}

}  // namespace

std::vector<BenchRow> bench_training() {
  choose_openblas_core();
  Experiment experiment;
  experiment.batch = kBatch;
  const Batch batch = random_batch();
  const Parallel one(1), all(0);
  std::deque<std::unique_ptr<Network>> networks;
  std::deque<std::int64_t> steps;
  std::vector<BenchRow> rows;
  Rates rates;
  for (const Parallel* threads : {&one, &all}) {
    const std::string count = std::to_string(threads->threads()) + (threads == &one ? "_thread" : "_threads");
    const std::string yardstick = "mlp/fp32/" + count;
    for (const Design& design : arithmetics()) {
      Network& network = *networks.emplace_back(make_network(experiment, design, *threads));
      std::int64_t& step = steps.emplace_back(0);
      const std::string name = "mlp/" + design.name + "/" + count;
      rates.add(name, kBatch, [&network, &step, &batch] { network.train(batch, {.step = step++}, nullptr); });
      rows.push_back({name, 0, "samples/s", name == yardstick ? "" : yardstick, 0});
    }
  }
  rates.measure(Rates::Clock::kWall, 0.1, 5);
  for (BenchRow& row : rows) {
    row.value = rates[row.name];
    if (!row.against.empty()) row.ratio = row.value / rates[row.against];
  }
  return rows;
}

}  // namespace napier
