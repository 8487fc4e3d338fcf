#pragma once
#include <filesystem>
#include <memory>

#include "models/accelerator/program.hpp"
#include "models/accelerator/traffic.hpp"
#include "sim/accelerator_causes.hpp"
#include "sim/activity.hpp"
#include "sim/dram.hpp"
#include "sim/simulation.hpp"

/// Replays a golden trace on the SystemC model of an accelerator. docs/accelerator.md.
namespace napier::sim {

struct AcceleratorOptions {
  unsigned stall_percent = 0;  ///< cycles in which the host or the memory holds back a channel, 0..99 %
  std::uint64_t stall_seed = 0;
  /// The accelerator's own handshake log; those of the elements stand beside it, with ".element_0" and so on
  /// before the extension.
  std::optional<std::filesystem::path> handshake_log;
  std::size_t tiles = 0;                  ///< of how many tiles of each element the result says when they ran
  bool record_events = false;             ///< split the events by product
  std::int64_t deadlock_cycles = 100000;  ///< cycles without any word moving after which the model gives up
  std::vector<Blocks> blocks;             ///< of each matrix product; none: largest_blocks
  /// The external memory's times; SimpleDram where there is none.
  std::function<std::unique_ptr<DramModel>(const MemoryParameters&)> dram;
  std::function<void(std::int64_t cycles, double part)> progress;  ///< as SimOptions::progress
};

/// One element's cycles by cause.
struct ElementResult {
  CauseCounts causes{};          ///< together with wait_memory they add up to the cycles of the run
  std::int64_t wait_memory = 0;  ///< cycles in which the element waits for a word that is not loaded yet
  UpdateCauseCounts update_causes{};
};

/// One matrix product: from the cycle after the last beat stored of the one before (cycle 0 for the first) to
/// the cycle in which its own last beat is written.
struct ProductResult {
  std::int64_t step = 0;
  int layer = 0;
  Pass pass = Pass::kForward;
  int m = 0, n = 0, k = 0;
  std::int64_t cycles = 0;
  std::array<std::int64_t, kDmaCauses.size()> dma{};  ///< its cycles by cause of the dma engine
  std::int64_t busy = 0;                              ///< cycles in which elements issue, over all elements
  std::int64_t beats = 0;    ///< of the external memory, asked for or written in these cycles
  double utilisation = 0.0;  ///< needed products / (cycles x elements x lanes x vector)
  std::int64_t macs() const { return std::int64_t{m} * n * k; }
};

struct AcceleratorResult {
  std::int64_t cycles = 0;  ///< the causes of each engine and element add up to this
  std::array<std::int64_t, kDmaCauses.size()> dma{};
  std::array<std::array<std::int64_t, kBankCauses.size()>, 3> banks{};  ///< a, b, side
  std::array<std::int64_t, kGatherCauses.size()> gather{};
  std::vector<ElementResult> elements;
  std::vector<ProductResult> products;
  std::vector<Event> events;
  std::vector<TileTime> tiles;                    ///< the first AcceleratorOptions::tiles of each element
  std::vector<std::vector<Event>> record_events;  ///< of each product, then what follows; or empty
  std::vector<Traffic> traffic;
  std::int64_t macs = 0;
  std::int64_t words_checked = 0;  ///< outputs of elements and beats of the memory held against the trace
  double utilisation = 0.0;
  double seconds = 0.0;  ///< wall time
};

/// The log of element `element` beside the accelerator's.
std::filesystem::path element_log(const std::filesystem::path& log, std::size_t element);

/// Runs the whole trace. May be called once a process, as simulate(). Throws MismatchError at the first word
/// of an element or of the memory that differs from the trace, InputError where trace and design do not fit,
/// InternalError with every block's state where nothing moves any more, Interrupted.
AcceleratorResult simulate_accelerator(const Design& design, const Trace& trace,
                                       const AcceleratorOptions& options);

}  // namespace napier::sim
