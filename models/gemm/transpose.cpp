#include "models/gemm/transpose.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "models/base/error.hpp"

namespace napier {
namespace {

constexpr int kSquare = 8;

std::size_t area(int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); }

/// Eight rows of eight words: in three rounds, halves of ever smaller squares change places.
void transpose_square(const Word* from, int from_stride, Word* to, int to_stride) {
  static_assert(std::endian::native == std::endian::little);
  std::array<std::uint64_t, kSquare> row;
  for (std::size_t i = 0; i < kSquare; ++i)
    std::memcpy(&row[i], from + i * static_cast<std::size_t>(from_stride), 8);
  const auto exchange = [&row](std::size_t distance, std::uint64_t low, int shift) {
    for (std::size_t i = 0; i < kSquare; ++i) {
      if ((i & distance) != 0) continue;
      const std::uint64_t difference = ((row[i] >> shift) ^ row[i + distance]) & low;
      row[i] ^= difference << shift;
      row[i + distance] ^= difference;
    }
  };
  exchange(4, 0x00000000FFFFFFFFU, 32);
  exchange(2, 0x0000FFFF0000FFFFU, 16);
  exchange(1, 0x00FF00FF00FF00FFU, 8);
  for (std::size_t i = 0; i < kSquare; ++i)
    std::memcpy(to + i * static_cast<std::size_t>(to_stride), &row[i], 8);
}

/// Words of rows first_row .. last_row - 1 and columns first_column .. last_column - 1.
void copy_words(std::span<const Word> from, int rows, int columns, std::span<Word> to, int first_row,
                int last_row, int first_column, int last_column) {
  for (int c = first_column; c < last_column; ++c) {
    for (int r = first_row; r < last_row; ++r) {
      to[area(c, rows) + static_cast<std::size_t>(r)] = from[area(r, columns) + static_cast<std::size_t>(c)];
    }
  }
}

}  // namespace

void transpose(std::span<const Word> from, int rows, int columns, std::span<Word> to,
               const Parallel& threads) {
  constexpr int kBlock = 64;  // a block of both sides stays in the first-level cache
  if (from.size() != area(rows, columns) || to.size() != from.size()) {
    throw InternalError("transpose: sizes do not match");
  }
  threads.for_each((columns + kBlock - 1) / kBlock, [&](int block) {
    const int last = std::min(columns, (block + 1) * kBlock);
    for (int first_row = 0; first_row < rows; first_row += kBlock) {
      const int last_row = std::min(rows, first_row + kBlock);
      int c = block * kBlock;
      int done = first_row;  // rows whose words of whole squares are written
      for (; c + kSquare <= last; c += kSquare) {
        for (done = first_row; done + kSquare <= last_row; done += kSquare) {
          transpose_square(from.data() + area(done, columns) + c, columns, to.data() + area(c, rows) + done,
                           rows);
        }
        copy_words(from, rows, columns, to, done, last_row, c, c + kSquare);
      }
      copy_words(from, rows, columns, to, first_row, last_row, c, last);
    }
  });
}

}  // namespace napier
