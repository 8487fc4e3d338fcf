#pragma once
#include <cstdint>
#include <vector>

#include "models/closed_form/element_cycles.hpp"
#include "sim/causes.hpp"
#include "sim/host.hpp"

/// Timing without values: the registers of a processing element that say when words move, and nothing else.
namespace napier::sim {

struct ElementTimingResult {
  std::int64_t cycles = 0;
  CauseCounts causes{};
  UpdateCauseCounts update_causes{};
  std::vector<CauseCounts> steps;  ///< of each step, all its jobs together, as RecordCycles counts them
};

/// Runs jobs, and beside them updates of so many words each, as `napier sim` runs a trace of them: the same
/// cycles and causes as the SystemC model, stalls of the host included (tests/sim/element_timing_test.cpp).
/// No cycle depends on a value, so none are carried. The blocks are stepped cycle by cycle as
/// docs/microarchitecture.md writes them, without a simulation kernel: registers alone, all of them read
/// before any is written. InternalError where no word moves for 100,000 cycles; Interrupted.
ElementTimingResult run_element_timing(const Design& design, const std::vector<ElementStep>& steps,
                                       const std::vector<std::int64_t>& update_words,
                                       const HostStalls& stalls = {});

}  // namespace napier::sim
