#pragma once
#include <vector>

#include "models/estimate/array_work.hpp"
#include "models/mapping/mapping.hpp"

/// A training step of a workload on an accelerator: exact counts, and cycles that no run can be shorter than.
/// docs/estimate.md, Accelerators.
namespace napier {

/// A product on the array: operand that stays, pieces of K, and the blocks of each piece.
struct ArrayMapping {
  ProductMapping product;
  BlockOrder order = BlockOrder::kAOuter;
  friend bool operator==(const ArrayMapping&, const ArrayMapping&) = default;
};

struct ArrayProductEstimate {
  std::size_t layer = 0;
  LayerProduct product;
  ArrayMapping mapping;
  std::int64_t times = 1;  ///< layers of this size x product.count
  ArrayWork work;          ///< of all of them
  std::int64_t macs = 0;   ///< that the results need
  std::int64_t host_additions = 0;
};

struct ArrayUpdateEstimate {
  std::size_t layer = 0;
  std::int64_t times = 1, weights = 0, words = 0;
  ArrayWork work;  ///< nothing where the host updates
};

struct ArrayEstimate {
  std::vector<ArrayProductEstimate> products;  ///< in the order in which they run
  std::vector<ArrayUpdateEstimate> updates;
  ArrayWork work;  ///< all of them; the dma's cycles hold row_miss_cycles
  std::int64_t macs = 0;
  std::int64_t host_weights = 0;
  /// macs / (at least so many cycles x elements x lanes x vector): at most this part of the products is used.
  double utilisation_at_most = 0.0;
};

/// The jobs of one piece of K, in (shape, how many) of one of the product's `count`: the pieces of the
/// largest size, and the rest. InputError, which begins with `place`, where a size does not fit the design.
std::vector<std::pair<ProductShape, std::int64_t>> array_shapes(const Design& design,
                                                                const LayerProduct& product,
                                                                const ProductMapping& mapping,
                                                                const std::string& place);

/// The mapping with the smallest bound (Objective::kCycles) or the fewest beats of the external memory
/// (kTraffic); by the other one among equals. Every operand that may stay is looked at with as few pieces of
/// K as fit, and with one more as long as that is better; blocks are the largest that fit, since every count
/// grows with the number of blocks.
ArrayMapping best_array_mapping(const Design& design, const LayerProduct& product, Objective objective,
                                const std::string& place);

/// In the order of estimate(). `training`: false for the forward pass alone.
ArrayEstimate estimate_array(const Design& design, const Workload& workload, Objective objective,
                             bool training);

}  // namespace napier
