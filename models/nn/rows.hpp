#pragma once
#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "models/base/parallel.hpp"

/// Loops over the rows of a tensor (one row a pixel, its channels the columns) in blocks of a fixed number,
/// so that sums have one order whatever the number of threads.
namespace napier::nn {

inline constexpr std::size_t kRowBlock = 256;

/// body(first, last) on blocks of rows, at once on several threads.
template <class Body>
void for_rows(std::size_t rows, const Parallel& threads, const Body& body) {
  const std::size_t blocks = (rows + kRowBlock - 1) / kRowBlock;
  threads.for_each(static_cast<int>(blocks), [&](int block) {
    const std::size_t first = static_cast<std::size_t>(block) * kRowBlock;
    body(first, std::min(rows, first + kRowBlock));
  });
}

/// body(first, last) on blocks of the numbers of a tensor, at once on several threads.
template <class Body>
void for_numbers(std::size_t count, const Parallel& threads, const Body& body) {
  constexpr std::size_t kBlock = 16384;
  threads.for_each(static_cast<int>((count + kBlock - 1) / kBlock), [&](int block) {
    const std::size_t first = static_cast<std::size_t>(block) * kBlock;
    body(first, std::min(count, first + kBlock));
  });
}

/// `width` sums over all rows, in double precision: body(row, sums) adds one row. Rows are added in order
/// within a block, then the blocks in order.
template <class Body>
std::vector<double> sum_rows(std::size_t rows, std::size_t width, const Parallel& threads, const Body& body) {
  const std::size_t blocks = (rows + kRowBlock - 1) / kRowBlock;
  std::vector<double> partial(blocks * width, 0.0);
  for_rows(rows, threads, [&](std::size_t first, std::size_t last) {
    const std::span<double> sums = std::span(partial).subspan(first / kRowBlock * width, width);
    for (std::size_t row = first; row < last; ++row) body(row, sums);
  });
  std::vector<double> sums(width, 0.0);
  for (std::size_t i = 0; i < partial.size(); ++i) sums[i % width] += partial[i];
  return sums;
}

/// Sums of the columns of x, which are the gradient of a bias that was added to every row.
template <class Real>
void column_sums(std::span<const Real> x, std::span<Real> out, const Parallel& threads) {
  const std::size_t width = out.size();
  const auto add = [&](std::size_t row, std::span<double> sums) {
    for (std::size_t c = 0; c < width; ++c) sums[c] += static_cast<double>(x[row * width + c]);
  };
  const std::vector<double> sums = sum_rows(x.size() / width, width, threads, add);
  for (std::size_t c = 0; c < width; ++c) out[c] = static_cast<Real>(sums[c]);
}

}  // namespace napier::nn
