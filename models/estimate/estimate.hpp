#pragma once
#include <optional>
#include <string>
#include <vector>

#include "models/mapping/mapping.hpp"
#include "models/workload/workload.hpp"

/// A whole training step of a workload on a design, by the closed form. docs/estimate.md.
namespace napier {

struct EstimateOptions {
  Objective objective = Objective::kCycles;
  MappingFile mapping;    ///< products whose mapping is given
  bool training = true;   ///< false: the forward pass alone
  std::size_t tiles = 0;  ///< tiles from the beginning whose times are kept
};

/// One product of a layer's pass, all its repetitions in the step together.
struct ProductEstimate {
  std::size_t layer = 0;  ///< in the workload
  LayerProduct product;
  ProductMapping mapping;
  std::int64_t times = 1;  ///< layers of this size x product.count
  ElementCycles cycles;
  ElementEvents events;
  std::int64_t macs = 0;       ///< that the results need, image padding counted, ragged tiles apart
  std::int64_t a_fetched = 0;  ///< elements read from the tensors, image padding apart, as often as read
  std::int64_t b_fetched = 0;
  std::int64_t a_distinct = 0;  ///< different elements among them
  std::int64_t b_distinct = 0;
  std::int64_t host_additions = 0;  ///< sums of pieces of K
  double utilisation = 0.0;         ///< macs / (cycles x lanes x vector)
};

/// The update of one layer's weights.
struct UpdateEstimate {
  std::size_t layer = 0;
  std::int64_t times = 1;
  std::int64_t weights = 0;  ///< of all repetitions
  std::int64_t words = 0;    ///< of update_in, and of update_out
  UpdateCycles cycles;       ///< zero where the host updates
};

/// A tile on the time axis; `span.step` has no meaning here.
struct EstimatedTile {
  std::size_t product = 0;
  TileSpan span;
};

struct Estimate {
  std::vector<ProductEstimate> products;  ///< in the order in which they run
  std::vector<UpdateEstimate> updates;
  std::vector<EstimatedTile> tiles;
  std::int64_t product_cycles = 0;  ///< up to the last output
  std::int64_t update_cycles = 0;   ///< after that, up to the last updated weight
  std::int64_t cycles() const { return product_cycles + update_cycles; }
  std::int64_t macs = 0;
  std::int64_t host_weights = 0;  ///< weights that the host updates
  double utilisation = 0.0;       ///< macs / (cycles() x lanes x vector)
};

/// Forward pass of all layers; then, from the last layer back, weight gradient and input gradient; then the
/// updates. Throws InputError, which names the layer, for what fits no mapping, counts beyond 64 bits, and
/// given mappings that name no product.
Estimate estimate(const Design& design, const Workload& workload, const EstimateOptions& options);

/// The mappings that an estimate used, to be written, changed and given again.
MappingFile mappings_of(const Workload& workload, const Estimate& estimate);

}  // namespace napier
