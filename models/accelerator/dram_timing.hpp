#pragma once
#include <cstdint>
#include <vector>

/// Times of the external memory, shared by the SystemC simulation and the Verilator harness (this header is
/// copied next to the emitted harness, so it stands alone). docs/accelerator.md, External memory.
namespace napier {

struct DramParameters {
  int interval, latency, banks, row_beats, row_miss;  ///< as memory.dram_...
};

class DramTiming {
 public:
  explicit DramTiming(const DramParameters& p)
      : p_(p), open_rows_(static_cast<std::size_t>(p.banks), kNoRow) {}

  /// Whether a request may fire in `cycle`.
  bool ready(std::uint64_t cycle) const { return cycle >= free_at_; }

  /// A request for the beat at `address` fires in `cycle`. Returns the first cycle in which its data may be
  /// offered, which means something for reads alone.
  std::uint64_t accept(std::uint64_t cycle, std::uint64_t address) {
    const std::uint64_t row = address / static_cast<std::uint64_t>(p_.row_beats);
    std::uint64_t& open = open_rows_[row % open_rows_.size()];
    const std::uint64_t more = open == row ? 0 : static_cast<std::uint64_t>(p_.row_miss);
    (open == row ? row_hits_ : row_misses_)++;
    open = row;
    free_at_ = cycle + static_cast<std::uint64_t>(p_.interval) + more;
    return cycle + static_cast<std::uint64_t>(p_.latency) + more;
  }

  std::int64_t row_hits() const { return row_hits_; }
  std::int64_t row_misses() const { return row_misses_; }

 private:
  static constexpr std::uint64_t kNoRow = ~std::uint64_t{0};
  DramParameters p_;
  std::vector<std::uint64_t> open_rows_;  ///< of each bank, counted over all banks
  std::uint64_t free_at_ = 0;
  std::int64_t row_hits_ = 0, row_misses_ = 0;
};

}  // namespace napier
