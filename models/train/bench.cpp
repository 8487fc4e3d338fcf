#include "models/train/bench.hpp"

#include "models/base/random.hpp"
#include "models/base/rates.hpp"
#include "models/gemm/bench_products.hpp"
#include "models/train/madam_tensor.hpp"
#include "models/train/tensor_post_processor.hpp"

namespace napier {
namespace {

constexpr std::size_t kWords = std::size_t{1} << 18;

std::vector<BenchRow> bench_units(int rounds) {
  const Parallel one(1);
  const Design design;
  const Philox random(2);
  Rates rates;
  constexpr auto kWork = static_cast<double>(kWords);

  std::vector<std::int32_t> sums;
  std::vector<Word> gradient;
  for (std::size_t i = 0; i < kWords; ++i) {
    sums.push_back(static_cast<std::int32_t>(random.word(0, i)) >> (8 + i % 16));
    gradient.push_back(static_cast<Word>(random.word(1, i)));
  }
  std::vector<Word> words(kWords);
  const PostSettings post{-60, false};
  const PostProcessor post_unit(design);
  const TensorPostProcessor post_tensor(design);
  rates.add("post_processor/tensor", kWork, [&] { post_tensor(sums, 1, post, {}, {}, words, one); });
  rates.add("post_processor/unit", kWork, [&] {
    for (std::size_t i = 0; i < kWords; ++i) words[i] = post_unit(sums[i], post).word;
  });

  const MadamTensor madam_tensor(design);
  const MadamUpdate& madam_unit = madam_tensor.unit();
  const MadamSettings madam{-200, -100, 5 << 14, madam_unit.max_code()};
  std::vector<UpdateWord> weights(kWords, 20000);
  std::vector<std::int32_t> v(kWords, madam_unit.zero_v());
  std::vector<MadamState> states(kWords, MadamState{20000, madam_unit.zero_v()});
  rates.add("madam_update/tensor", kWork, [&] { madam_tensor.update(weights, v, gradient, madam, one); });
  rates.add("madam_update/unit", kWork, [&] {
    for (std::size_t i = 0; i < kWords; ++i) {
      states[i] = madam_unit(states[i], gradient[i], madam, static_cast<std::uint32_t>(i));
    }
  });

  rates.measure(Rates::Clock::kThread, 0.05, rounds);
  std::vector<BenchRow> rows;
  for (const std::string unit : {"post_processor", "madam_update"}) {
    const double word = rates[unit + "/unit"], tensor = rates[unit + "/tensor"];
    rows.push_back({unit + "/unit", word * 1e-6, "Mword/s", "", 0});
    rows.push_back({unit + "/tensor", tensor * 1e-6, "Mword/s", unit + "/unit", tensor / word});
  }
  return rows;
}

}  // namespace

std::vector<BenchRow> bench_kernels(int rounds) {
  std::vector<BenchRow> rows = bench_products(rounds);
  for (BenchRow& row : bench_units(rounds)) rows.push_back(std::move(row));
  return rows;
}

}  // namespace napier
