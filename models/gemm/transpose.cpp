#include "models/gemm/transpose.hpp"

#include <algorithm>

#include "models/base/error.hpp"

namespace napier {

void transpose(std::span<const Word> from, int rows, int columns, std::span<Word> to,
               const Parallel& threads) {
  constexpr int kBlock = 64;  // a block of both sides stays in the first-level cache
  const auto area = [](int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); };
  if (from.size() != area(rows, columns) || to.size() != from.size()) {
    throw InternalError("transpose: sizes do not match");
  }
  threads.for_each((columns + kBlock - 1) / kBlock, [&](int block) {
    const int last = std::min(columns, (block + 1) * kBlock);
    for (int first_row = 0; first_row < rows; first_row += kBlock) {
      const int last_row = std::min(rows, first_row + kBlock);
      for (int c = block * kBlock; c < last; ++c) {
        Word* out = to.data() + area(c, rows);
        for (int r = first_row; r < last_row; ++r)
          out[r] = from[area(r, columns) + static_cast<std::size_t>(c)];
      }
    }
  });
}

}  // namespace napier
