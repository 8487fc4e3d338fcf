#pragma once
#include "models/closed_form/element_cycles.hpp"
#include "models/trace/trace.hpp"
#include "sim/simulation.hpp"

namespace napier::sim {

/// The job of a matrix product of a trace on a bare element. InputError, which begins with `place`, where it
/// does not fit.
ElementJob record_job(const Design& design, const GemmRecord& record, const std::string& place);

/// The cycles, causes and records that simulate() gives for the trace, from its shapes alone: no word is
/// made, moved or checked, so that there are no events and words_checked is 0
/// (sim/timing/element_timing.hpp). Of the options, only the stalls are heeded: logs and waves need words.
/// InputError where a record does not fit the design.
SimResult simulate_timing(const Design& design, const Trace& trace, const SimOptions& options);

}  // namespace napier::sim
