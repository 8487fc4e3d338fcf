#include "models/gemm/fp8_gemm.hpp"

#include "models/design/widths.hpp"

namespace napier::gemm {

Fp8Gemm::Fp8Gemm(const Design& design, const Parallel& threads, const std::string& kernel)
    : threads_(threads), products_(design, threads, kernel) {
  for (std::size_t word = 0; word < values_.size(); ++word) {
    values_[word] = widths::fp8_format(design).decode(static_cast<std::uint16_t>(word));
  }
}

void Fp8Gemm::read(const Rows& rows, std::vector<float>& numbers) const {
  const auto length = static_cast<std::size_t>(rows.length());
  numbers.resize(static_cast<std::size_t>(rows.rows()) * length);
  threads_.for_each(rows.rows(), [&](int i) {
    std::vector<Word> scratch(length);
    const Word* words = rows.row(i, scratch.data());
    float* to = numbers.data() + static_cast<std::size_t>(i) * length;
    for (std::size_t j = 0; j < length; ++j) to[j] = values_[words[j]];
  });
}

std::int64_t Fp8Gemm::operator()(const Rows& a, const Rows& b, std::span<const std::int32_t> bias,
                                 std::span<std::int32_t> acc) {
  read(a, a_);
  read(b, b_);
  return products_.accumulate(a.rows(), b.rows(), a.length(), a_, b_, bias, acc);
}

}  // namespace napier::gemm
