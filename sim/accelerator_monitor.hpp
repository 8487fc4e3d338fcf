#pragma once
#include <exception>
#include <memory>

#include "models/stimulus/handshake_writer.hpp"
#include "sim/accelerator_counter.hpp"
#include "sim/golden_check.hpp"
#include "sim/record_events.hpp"
#include "sim/tile_recorder.hpp"

namespace napier::sim {

/// Watches an accelerator at every clock edge: checks outputs of elements and beats of the memory against the
/// trace, counts cycles, writes the handshake logs, and stops the simulation when everything has moved or
/// something is wrong.
class AcceleratorMonitor : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(AcceleratorMonitor);
  AcceleratorMonitor(sc_core::sc_module_name name, const Trace& trace, const AcceleratorProgram& program,
                     const Accelerator& accelerator, const Dram& dram, const AcceleratorOptions& options);
  ~AcceleratorMonitor() override;

  sc_core::sc_in_clk clock{"clock"};

  const AcceleratorCounter& counter() const { return counter_; }
  std::int64_t words_left() const { return words_left_; }
  /// Of all elements, one after another.
  std::vector<TileTime> tiles() const;
  const std::vector<std::vector<Event>>& record_events() const { return record_events_.records(); }
  /// Of the accelerator and of the memory, up to now.
  std::vector<Event> events() const;
  /// Ends the logs; throws what stopped the simulation, if anything did.
  void finish();

 private:
  struct Log {
    std::filesystem::path file, temporary;
    std::unique_ptr<HandshakeWriter> writer;
  };
  void edge();
  void observe();
  void check_words(std::int64_t cycle);
  void check_request(std::int64_t cycle);
  void check_element(std::size_t e, std::int64_t cycle);
  void open_log(const std::filesystem::path& file, const std::vector<napier::Channel>& channels);
  void write_logs();
  [[noreturn]] void report_deadlock() const;

  const AcceleratorProgram& program_;
  const Accelerator& accelerator_;
  const Dram& dram_;
  AcceleratorProbe probe_;
  std::vector<ChannelProbe> element_probes_;
  std::vector<GoldenCheck> checks_;
  AcceleratorCounter counter_;
  std::vector<TileRecorder> tiles_;  ///< of each element
  RecordEvents record_events_;
  bool splits_events_;
  std::int64_t requests_ = 0;
  std::int64_t words_left_;
  std::int64_t deadlock_cycles_, last_move_ = 0;
  std::vector<Log> logs_;  ///< the accelerator's, then the elements'
  std::exception_ptr error_;
};

}  // namespace napier::sim
