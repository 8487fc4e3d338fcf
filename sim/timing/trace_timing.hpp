#pragma once
#include "models/trace/trace.hpp"
#include "sim/simulation.hpp"

namespace napier::sim {

/// The cycles, causes and records that simulate() gives for the trace, from its shapes alone: no word is
/// made, moved or checked, so that there are no events and words_checked is 0
/// (sim/timing/element_timing.hpp). Of the options, only the stalls are heeded: logs and waves need words.
/// InputError where a record does not fit the design.
SimResult simulate_timing(const Design& design, const Trace& trace, const SimOptions& options);

}  // namespace napier::sim
