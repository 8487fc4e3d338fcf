#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "models/accelerator/blocks.hpp"
#include "models/accelerator/word_kind.hpp"

/// What an accelerator's engines have to do for matrix products and updates: exact counts of what moves, and
/// the cycles that each engine needs at least. docs/estimate.md, Accelerators.
namespace napier {

/// Engines that work through their lists one item after another: none can end before it has served all.
enum class ArrayResource { kDma, kLinkA, kLinkB, kLinkSide, kGather, kElement };
inline constexpr std::array<std::string_view, 6> kArrayResources = {"dma",       "link_a", "link_b",
                                                                    "link_side", "gather", "element"};

/// Sums over jobs. Words are those of docs/accelerator.md.
struct ArrayWork {
  std::int64_t jobs = 0;
  std::int64_t loads = 0, stores = 0;              ///< dma descriptors
  std::int64_t beats_read = 0, beats_written = 0;  ///< of the external memory
  std::int64_t beats_used =
      0;  ///< different addresses among them: a block loaded again stands where it stood
  std::int64_t a_words = 0, b_words = 0;  ///< that links a and b carry
  std::int64_t side_words = 0;
  std::int64_t gather_words = 0;
  std::int64_t issues = 0;  ///< B vectors into lanes, all elements
  std::int64_t macs = 0;    ///< products in the lanes, padding included
  /// Cycles in which each engine serves its items if nothing ever makes it wait; of the elements, that of the
  /// first, which takes part in every round.
  std::array<std::int64_t, kArrayResources.size()> cycles{};

  std::int64_t& of(ArrayResource r) { return cycles[static_cast<std::size_t>(r)]; }
  std::int64_t of(ArrayResource r) const { return cycles[static_cast<std::size_t>(r)]; }
  /// The engine that needs longest.
  ArrayResource bottleneck() const;
  std::int64_t at_least() const { return of(bottleneck()); }
  ArrayWork& operator+=(const ArrayWork& other);
  ArrayWork times(std::int64_t factor) const;
  friend bool operator==(const ArrayWork&, const ArrayWork&) = default;
};

/// Of one product. `raw`: its outputs are accumulators. The blocks have passed check_blocks.
ArrayWork product_work(const Design& design, const ProductShape& shape, const Blocks& blocks, bool raw);

/// Of one tensor's update, in words of update.lanes weights, at least one.
ArrayWork update_work(const Design& design, std::int64_t words);

/// Cycles that opening rows of the external memory adds to the dma at least: each row of the beats that are
/// used is opened once or more. Where the last beat of a store opens one, up to six of the cycles pass while
/// the next descriptor starts, and nobody waits after the last beat of all.
std::int64_t row_miss_cycles(const Design& design, const ArrayWork& work);

}  // namespace napier
