#pragma once
#include <filesystem>
#include <limits>
#include <vector>

#include "sim/channel_probe.hpp"
#include "sim/vcd_writer.hpp"

namespace napier::sim {

/// Cycles to dump, both ends included.
struct VcdWindow {
  std::int64_t from = 0;
  std::int64_t to = std::numeric_limits<std::int64_t>::max();
};

/// Dumps clock, cycle number, the sequencer's registers and every channel for a window of cycles. Cycle c
/// lies from c to c + 1 clock periods; its closing edge is the clock's rise at c + 1.
class VcdRecorder {
 public:
  VcdRecorder(const std::filesystem::path& file, const Design& design, const VcdWindow& window);

  /// One cycle, seen before its edge.
  void record(ChannelProbe& probe, const ElementStatus& status, std::int64_t cycle);
  /// `cycles`: length of the run.
  void finish(std::int64_t cycles);
  /// A GTKWave save file that shows the dump `vcd`: clock and sequencer, then channel by channel.
  std::string gtkwave(const std::filesystem::path& vcd) const {
    return vcd_.gtkwave(vcd, window_.from * period_);
  }

 private:
  struct ChannelVariables {
    std::size_t valid, ready, data;
  };
  void record_sequencer(const Control& now);

  VcdWindow window_;
  std::int64_t period_;  ///< ps
  VcdWriter vcd_;
  std::size_t clock_, cycle_;
  std::size_t state_, mt_, nt_, kt_, n_, a_loaded_, b_queue_;
  std::size_t draining_;
  std::vector<ChannelVariables> channels_;
};

}  // namespace napier::sim
