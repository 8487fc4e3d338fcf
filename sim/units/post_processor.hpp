#pragma once
#include <array>
#include <vector>

#include "models/units/output_converter.hpp"
#include "sim/activity.hpp"
#include "sim/channel.hpp"
#include "sim/messages.hpp"
#include "sim/output_queue.hpp"

namespace napier::sim {

/// Converts drained accumulators to operand words (or passes them raw), applies the mask and queues the
/// results. Contract: docs/microarchitecture.md, post_processor.
class PostProcessorBlock : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(PostProcessorBlock);
  PostProcessorBlock(sc_core::sc_module_name name, const Design& design);

  sc_core::sc_in_clk clock{"clock"};
  SinkEnd<std::int32_t> drain;
  SinkEnd<std::uint8_t> mask;
  SourceEnd<std::uint32_t> out;
  In<Control> control{"control"};
  Out<bool> idle{"idle"};
  Out<bool> lacks_mask{"lacks_mask"};  ///< masked and no mask word is here, for the cycle counts

  std::vector<Event> events() const;
  void dump(std::ostream& os) const;

 private:
  void edge();
  void publish();
  void start_of_simulation() override { publish(); }
  void convert(const std::int32_t* accumulators, const Job& job);

  void advance_place(const Job& job);

  /// Of the next word: tiles, column and post-processor group in the tile.
  struct Place {
    int m_tile = 0, n_tile = 0, entry = 0, group = 0;
  };

  OutputConverter function_;
  int datapath_lanes_, entries_;
  Place place_;
  std::vector<std::int32_t> row_scales_;  ///< of the m tile's lanes
  std::size_t lanes_;
  std::uint32_t output_mask_;
  int output_bits_;
  OutputQueue<std::uint32_t> queue_;
  bool masked_ = false;
  std::array<std::vector<std::uint8_t>, 2> masks_;
  int mask_head_ = 0, mask_count_ = 0;
  std::vector<std::uint32_t> last_out_;
  std::int64_t words_ = 0, conversions_ = 0, raw_ = 0, clamped_ = 0, underflows_ = 0, cleared_ = 0;
  std::int64_t out_toggles_ = 0;
};

}  // namespace napier::sim
