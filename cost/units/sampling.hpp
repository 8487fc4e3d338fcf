#pragma once
#include <cstdint>
#include <vector>

#include "models/trace/trace.hpp"

/// Which operands of a trace the gate level is fed with. One deterministic rule: a sequence of things (tiles,
/// outputs, weights) in the order in which the processing element streams them is cut into equal slices, and
/// one thing is taken from each slice, at a place that a fixed hash gives. So every thing is as likely as any
/// other, all passes and layers come in proportion to their work, and the same trace gives the same sample.
namespace napier::cost {

/// `count` places in 0..total-1, ascending; all of them where there are fewer.
std::vector<std::int64_t> sample_places(std::int64_t total, std::int64_t count);

/// One vector of A held in a lane, and the vectors of B that stream past it: row m, vector kt of K, columns
/// of the n tile nt.
struct Tile {
  std::size_t gemm;
  int m, nt, kt;
};

/// Tiles of the whole trace in streaming order (record, row, n tile, vector of K).
class Tiles {
 public:
  Tiles(const Trace& trace, const Design& design);
  std::int64_t count() const { return first_.back(); }
  Tile operator[](std::int64_t place) const;

  int columns(const Tile& tile) const;
  /// Words of A row m or B row n that vector kt multiplies, padded with zero words; A's with the octaves of
  /// the vector's scale behind them where the design has such scales.
  std::vector<Word> a(const Tile& tile) const;
  std::vector<Word> b(const Tile& tile, int column) const;
  int k_tiles(std::size_t gemm) const;

 private:
  std::vector<Word> vector(const std::vector<Word>& matrix, std::int64_t row, int k, int kt) const;
  const Trace& trace_;
  const Design& design_;
  std::vector<std::int64_t> first_;  // by record: place of its first tile; one more at the end
};

}  // namespace napier::cost
