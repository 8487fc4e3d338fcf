#include "models/accelerator/blocks.hpp"

#include <algorithm>

#include "models/base/error.hpp"
#include "models/design/widths.hpp"

namespace napier {
namespace {

int divide_up(int a, int b) { return a / b + (a % b != 0 ? 1 : 0); }

int at_most(std::int64_t value, int limit) { return static_cast<int>(std::min<std::int64_t>(value, limit)); }

[[noreturn]] void refuse(const std::string& place, const std::string& what, const std::string& key) {
  throw InputError(place + ": " + what + "; raise " + key + " in the design");
}

}  // namespace

ArrayTiles::ArrayTiles(const Design& d, const ProductShape& s)
    : m_tiles(divide_up(s.m, d.datapath.lanes)),
      n_tiles(divide_up(s.n, d.collector.entries)),
      k_tiles(divide_up(s.k, d.datapath.vector)),
      rounds(divide_up(m_tiles, d.array.elements)),
      elements_(d.array.elements) {
  const std::int64_t groups = std::int64_t{elements_} * widths::drain_groups(d);
  const std::int64_t a_words = std::int64_t{elements_} * d.datapath.lanes * k_tiles;
  most_rounds = at_most(d.memory.a_words / 2 / a_words, rounds);
  const std::int64_t side_words = groups * ((s.has_bias ? 1 : 0) + (s.has_row_scales ? 1 : 0));
  if (side_words > 0) most_rounds = at_most((d.memory.side_words / 4 - elements_) / side_words, most_rounds);
  most_tiles = at_most(d.memory.b_words / 2 / (std::int64_t{d.collector.entries} * k_tiles), n_tiles);
  const std::int64_t tile_outputs = groups * d.collector.entries;
  group_tiles = at_most(d.memory.out_words / 2 / tile_outputs, n_tiles);
  if (s.has_mask) group_tiles = at_most(d.memory.side_words / 4 / tile_outputs, group_tiles);
}

int ArrayTiles::active(int round) const { return std::min(elements_, m_tiles - round * elements_); }

Blocks largest_blocks(const Design& design, const ProductShape& shape, const std::string& place) {
  const ArrayTiles t(design, shape);
  Blocks blocks{std::max(t.most_rounds, 1), std::max(t.most_tiles, 1), BlockOrder::kAOuter};
  check_blocks(design, shape, blocks, place);
  // Vectors that either order loads: the inner operand again for each block of the outer one, unless it is
  // one block alone, which then stays.
  const std::int64_t a = std::int64_t{t.m_tiles} * design.datapath.lanes * t.k_tiles;
  const std::int64_t b = std::int64_t{shape.n} * t.k_tiles;
  const std::int64_t a_blocks = divide_up(t.rounds, blocks.rounds);
  const std::int64_t b_blocks = divide_up(t.n_tiles, blocks.tiles);
  const std::int64_t a_outer = a + b * (b_blocks > 1 ? a_blocks : 1);
  const std::int64_t b_outer = b + a * (a_blocks > 1 ? b_blocks : 1);
  if (b_outer < a_outer) blocks.order = BlockOrder::kBOuter;
  return blocks;
}

void check_blocks(const Design& design, const ProductShape& shape, const Blocks& blocks,
                  const std::string& place) {
  if (shape.m < 1 || shape.n < 1 || shape.k < 1) {
    throw InputError(place + ": a matrix product of " + std::to_string(shape.m) + " x " +
                     std::to_string(shape.n) + " x " + std::to_string(shape.k) +
                     " has no elements; sizes are at least 1");
  }
  if (blocks.rounds < 1 || blocks.tiles < 1) {
    throw InputError(place + ": blocks of " + std::to_string(blocks.rounds) + " rounds and " +
                     std::to_string(blocks.tiles) + " tiles; both are at least 1");
  }
  const ArrayTiles t(design, shape);
  if (blocks.rounds > t.rounds || blocks.tiles > t.n_tiles) {
    throw InputError(place + ": blocks of " + std::to_string(blocks.rounds) + " rounds and " +
                     std::to_string(blocks.tiles) + " tiles, but the product has " +
                     std::to_string(t.rounds) + " rounds and " + std::to_string(t.n_tiles) +
                     " tiles; write no more than those");
  }
  const std::int64_t a_words =
      std::int64_t{design.array.elements} * design.datapath.lanes * t.k_tiles * blocks.rounds;
  if (a_words > design.memory.a_words / 2) {
    refuse(place, std::to_string(a_words) + " vectors of A do not fit half of memory.a_words",
           "memory.a_words to at least " + std::to_string(2 * a_words));
  }
  const std::int64_t b_words = std::int64_t{design.collector.entries} * t.k_tiles * blocks.tiles;
  if (b_words > design.memory.b_words / 2) {
    refuse(place, std::to_string(b_words) + " vectors of B do not fit half of memory.b_words",
           "memory.b_words to at least " + std::to_string(2 * b_words));
  }
  if (blocks.rounds > t.most_rounds) {
    refuse(place,
           "biases and row scales of " + std::to_string(blocks.rounds) +
               " rounds do not fit a quarter of memory.side_words",
           "memory.side_words");
  }
}

}  // namespace napier
