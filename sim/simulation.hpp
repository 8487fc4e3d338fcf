#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "models/trace/trace.hpp"
#include "sim/activity.hpp"
#include "sim/causes.hpp"
#include "sim/tile_time.hpp"

/// Replays a golden trace on the SystemC model of one processing element. docs/simulator.md.
namespace napier::sim {

struct SimOptions {
  unsigned stall_percent = 0;  ///< cycles in which the host holds back a channel, 0..99 %
  std::uint64_t stall_seed = 0;
  std::optional<std::filesystem::path> handshake_log;
  std::optional<std::filesystem::path> vcd;
  std::optional<std::filesystem::path> gtkwave;  ///< a save file for GTKWave that shows the VCD
  std::int64_t vcd_from = 0;                     ///< first cycle in the VCD
  std::optional<std::int64_t> vcd_to;            ///< last cycle in the VCD
  std::size_t tiles = 0;                         ///< of how many tiles SimResult says when they ran
  bool record_events = false;                    ///< split the events by record
  std::int64_t deadlock_cycles = 100000;  ///< cycles without any word moving after which the model gives up
  /// Called now and then with the cycles simulated and the part of all words that has moved, 0..1.
  std::function<void(std::int64_t cycles, double part)> progress;
};

/// One matrix product of the trace: from the cycle after the last output of the one before (cycle 0 for the
/// first) to the cycle in which its own last output moves.
struct RecordResult {
  std::int64_t step = 0;
  int layer = 0;
  Pass pass = Pass::kForward;
  int m = 0, n = 0, k = 0;
  std::int64_t cycles = 0;
  CauseCounts causes{};
  std::int64_t macs() const { return std::int64_t{m} * n * k; }
  /// Part of the products the lanes could have made in these cycles that the result needs.
  double utilisation = 0.0;
};

struct SimResult {
  std::int64_t cycles = 0;  ///< causes, and update_causes, each add up to this
  CauseCounts causes{};
  UpdateCauseCounts update_causes{};
  std::vector<RecordResult> records;
  std::vector<Event> events;
  std::vector<TileTime> tiles;                    ///< the first SimOptions::tiles
  std::vector<std::vector<Event>> record_events;  ///< of each record, then what follows; or empty
  std::int64_t macs = 0;                          ///< products that the records need, without padding
  std::int64_t words_checked = 0;                 ///< drain, out and update_out words held against the trace
  double utilisation = 0.0;
  double seconds = 0.0;            ///< wall time of the simulation
  double processor_seconds = 0.0;  ///< processor time of the simulation, stimulus and trace apart
};

/// Part of the products that an element's lanes could have made in so many cycles; 0 where there are none.
double utilisation(std::int64_t macs, std::int64_t cycles, const Design& design);

/// Runs the whole trace: matrix products one after another, weight updates beside them from cycle 0. May be
/// called once a process, because SystemC allows one elaboration; see simulate_in_child otherwise.
/// Throws MismatchError at the first word that differs from the trace (cycle, unit, signal, both values,
/// operands), InputError where trace and design do not fit, InternalError with every block's state where
/// nothing moves any more, Interrupted.
SimResult simulate(const Design& design, const Trace& trace, const SimOptions& options);

}  // namespace napier::sim
