#pragma once
#include "cost/simulation/gate_stimulus.hpp"
#include "models/trace/trace.hpp"

namespace napier::cost {

/// Drives napier_madam_update_lane with runs of weights of the trace's updates, in the order in which one
/// lane sees them; expects MadamUpdate's results. A window is a run after the pipeline has filled; its weight
/// is its weights. The trace must have an update.
GateStimulus madam_update_stimulus(const Design& design, const Trace& trace, std::int64_t runs);

}  // namespace napier::cost
