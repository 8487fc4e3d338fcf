#pragma once
#include <cstdint>
#include <string>

#include "models/design/design.hpp"

namespace napier {

enum class BlockOrder {
  kAOuter,  ///< a block of A stays while all blocks of B pass
  kBOuter,  ///< a block of B stays while all blocks of A pass
};

/// How a matrix product is cut into jobs that the global buffer holds. docs/accelerator.md, Host program.
struct Blocks {
  int rounds = 1;  ///< rounds a job: m tiles of each element
  int tiles = 1;   ///< n tiles a job
  BlockOrder order = BlockOrder::kAOuter;
  friend bool operator==(const Blocks&, const Blocks&) = default;
};

/// A product m x n x k on the array of a design.
struct ProductShape {
  int m = 0, n = 0, k = 0;
  bool has_bias = false, has_row_scales = false, has_mask = false;
};

/// Sizes of a product in tiles and rounds, and what the banks hold of it.
struct ArrayTiles {
  ArrayTiles(const Design& design, const ProductShape& shape);
  int m_tiles, n_tiles, k_tiles;
  int rounds;
  int most_rounds;  ///< that a job can have; 0 where not even one fits
  int most_tiles;   ///< n tiles that a job can have; 0 where not even one fits
  int group_tiles;  ///< C: n tiles whose outputs (and masks) leave together, at least 1
  /// Elements that have an m tile in round `round`.
  int active(int round) const;

 private:
  int elements_;
};

/// The blocks with the largest jobs, in the order that loads fewer vectors. Throws InputError, which names
/// `place`, the bank and the remedy, where no job fits.
Blocks largest_blocks(const Design& design, const ProductShape& shape, const std::string& place);

/// Throws InputError where the blocks are empty or do not fit.
void check_blocks(const Design& design, const ProductShape& shape, const Blocks& blocks,
                  const std::string& place);

}  // namespace napier
