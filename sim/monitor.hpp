#pragma once
#include <exception>
#include <memory>

#include "models/stimulus/handshake_writer.hpp"
#include "sim/cycle_counter.hpp"
#include "sim/golden_check.hpp"
#include "sim/record_events.hpp"
#include "sim/simulation.hpp"
#include "sim/tile_recorder.hpp"
#include "sim/vcd_recorder.hpp"

namespace napier::sim {

/// Watches an element at every clock edge: checks words against the trace, counts cycles, writes the
/// handshake log and the VCD, and stops the simulation when everything has moved or something is wrong.
class Monitor : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(Monitor);
  Monitor(sc_core::sc_module_name name, const Trace& trace, const Stimulus& stimulus,
          const ProcessingElement& element, const SimOptions& options);

  ~Monitor() override;

  sc_core::sc_in_clk clock{"clock"};

  const CycleCounter& cycles() const { return counter_; }
  bool finished() const { return check_.finished(); }
  std::int64_t words_left() const { return check_.words_left(); }
  const std::vector<TileTime>& tiles() const { return tiles_.tiles(); }
  const std::vector<std::vector<Event>>& record_events() const { return record_events_.records(); }
  /// Ends the handshake log and the VCD; throws what stopped the simulation, if anything did.
  void finish();

 private:
  void edge();
  void observe();
  void write_log();
  [[noreturn]] void report_deadlock() const;

  const ProcessingElement& element_;
  ChannelProbe probe_;
  GoldenCheck check_;
  CycleCounter counter_;
  TileRecorder tiles_;
  RecordEvents record_events_;
  bool splits_events_;
  std::filesystem::path log_file_, log_temporary_;
  std::unique_ptr<HandshakeWriter> log_;
  std::unique_ptr<VcdRecorder> vcd_;
  std::filesystem::path vcd_file_, gtkwave_;  ///< the latter empty where none is asked for
  std::int64_t deadlock_cycles_;
  std::int64_t last_move_ = 0;
  std::exception_ptr error_;
};

}  // namespace napier::sim
