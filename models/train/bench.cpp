#include "models/train/bench.hpp"

#include <benchmark/benchmark.h>
#include <cblas.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>

#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/base/random.hpp"
#include "models/gemm/gemm.hpp"
#include "models/train/madam_tensor.hpp"
#include "models/train/tensor_post_processor.hpp"

namespace napier {
namespace {

/// The first layer of the reference experiment, with twice its batch.
constexpr int kM = 256, kN = 256, kK = 784;
constexpr double kMacs = double{kM} * kN * kK;
constexpr std::size_t kWords = std::size_t{1} << 18;

/// Keeps the shortest time of each benchmark, in seconds an iteration.
class Shortest : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration) continue;
      const double seconds = run.real_accumulated_time / static_cast<double>(run.iterations);
      const auto [place, fresh] = seconds_.emplace(run.run_name.function_name, seconds);
      if (!fresh) place->second = std::min(place->second, seconds);
    }
  }
  double seconds(const std::string& name) const { return seconds_.at(name); }

 private:
  std::map<std::string, double> seconds_;
};

void measure(const std::string& name, const std::function<void()>& body) {
  benchmark::RegisterBenchmark(name.c_str(),
                               [body](benchmark::State& state) {
                                 for (auto _ : state) body();
                               })
      ->UseRealTime()
      ->MinTime(0.1)
      ->Repetitions(3);
}

std::vector<Word> random_words(std::size_t count, std::uint64_t stream) {
  const Philox random(1);
  std::vector<Word> words;
  for (std::size_t i = 0; i < count; ++i) words.push_back(static_cast<Word>(random.word(stream, i)));
  return words;
}

/// Starts the program anew with the core type that OpenBLAS should have been loaded with.
void choose_openblas_core() {
  const std::string fastest = "SkylakeX";
  const char* set = std::getenv("OPENBLAS_CORETYPE");
  if ((set != nullptr && set == fastest) || !__builtin_cpu_supports("avx512bw")) return;
  setenv("OPENBLAS_CORETYPE", fastest.c_str(), 1);
  std::string line = read_file("/proc/self/cmdline");
  std::vector<char*> arguments;
  for (std::size_t at = 0; at < line.size(); at = line.find('\0', at) + 1)
    arguments.push_back(line.data() + at);
  arguments.push_back(nullptr);
  execv("/proc/self/exe", arguments.data());
  throw InternalError("cannot start the program anew to choose OpenBLAS's core type");
}

std::vector<Design> reference_designs() {
  Design paper;
  paper.name = "lns8_paper";
  Design lean;
  lean.name = "lns8_lean";
  lean.datapath.style = ConversionStyle::kPerElement;
  lean.datapath.term_bits = 11;
  lean.datapath.accumulator_bits = 16;
  Design int8;
  int8.name = "int8";
  int8.format.kind = FormatKind::kInt8;
  int8.update.kind = UpdateKind::kHost;
  return {paper, lean, int8};
}

}  // namespace

std::vector<BenchRow> bench_kernels() {
  choose_openblas_core();
  openblas_set_num_threads(1);
  const Parallel one(1);

  const std::vector<float> fa(std::size_t{kM} * kK, 1.5F), fb(std::size_t{kN} * kK, -0.5F);
  std::vector<float> fc(std::size_t{kM} * kN);
  const std::string blas = std::string("sgemm/openblas/") + openblas_get_corename();
  measure(blas, [&] {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, kN, kM, kK, 1.0F, fb.data(), kK, fa.data(), kK, 0.0F,
                fc.data(), kM);
  });

  const std::vector<Word> a = random_words(std::size_t{kM} * kK, 0);
  const std::vector<Word> b = random_words(std::size_t{kN} * kK, 1);
  std::vector<std::int32_t> acc(std::size_t{kM} * kN);
  std::vector<std::string> products;
  for (const Design& design : reference_designs()) {
    for (const std::string& kernel : Gemm::available(design)) {
      const auto gemm = std::make_shared<Gemm>(design, one, kernel);
      products.push_back("gemm/" + design.name + "/" + kernel);
      measure(products.back(), [&, gemm] { (*gemm)(kM, kN, kK, a, b, {}, acc); });
    }
  }

  const Design design;
  const Philox random(2);
  std::vector<std::int32_t> sums;
  for (std::size_t i = 0; i < kWords; ++i) {
    sums.push_back(static_cast<std::int32_t>(random.word(0, i)) >> (8 + i % 16));
  }
  std::vector<Word> words(kWords);
  const PostSettings post{-60, false};
  const PostProcessor post_unit(design);
  const TensorPostProcessor post_tensor(design);
  measure("post_processor/tensor", [&] { post_tensor(sums, post, {}, words, one); });
  measure("post_processor/unit", [&] {
    for (std::size_t i = 0; i < kWords; ++i) words[i] = post_unit(sums[i], post).word;
    benchmark::ClobberMemory();
  });

  const MadamTensor madam_tensor(design);
  const MadamUpdate& madam_unit = madam_tensor.unit();
  const MadamSettings madam{-200, -100, 5 << 14, madam_unit.max_code()};
  std::vector<UpdateWord> weights(kWords, 20000);
  std::vector<std::int32_t> v(kWords, madam_unit.zero_v());
  std::vector<MadamState> states(kWords, MadamState{20000, madam_unit.zero_v()});
  const std::vector<Word> gradient = random_words(kWords, 2);
  measure("madam_update/tensor", [&] { madam_tensor.update(weights, v, gradient, madam, one); });
  measure("madam_update/unit", [&] {
    for (std::size_t i = 0; i < kWords; ++i)
      states[i] = madam_unit(states[i], gradient[i], madam, static_cast<std::uint32_t>(i));
    benchmark::ClobberMemory();
  });

  Shortest times;
  benchmark::RunSpecifiedBenchmarks(&times);
  benchmark::ClearRegisteredBenchmarks();

  std::vector<BenchRow> rows;
  const double yardstick = kMacs / times.seconds(blas) * 1e-9;
  rows.push_back({blas, yardstick, "GMAC/s", "", 0});
  for (const std::string& name : products) {
    const double rate = kMacs / times.seconds(name) * 1e-9;
    rows.push_back({name, rate, "GMAC/s", blas, rate / yardstick});
  }
  for (const std::string unit : {"post_processor", "madam_update"}) {
    const double word = static_cast<double>(kWords) / times.seconds(unit + "/unit") * 1e-6;
    const double tensor = static_cast<double>(kWords) / times.seconds(unit + "/tensor") * 1e-6;
    rows.push_back({unit + "/unit", word, "Mword/s", "", 0});
    rows.push_back({unit + "/tensor", tensor, "Mword/s", unit + "/unit", tensor / word});
  }
  return rows;
}

}  // namespace napier
