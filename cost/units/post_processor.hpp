#pragma once
#include "cost/simulation/gate_stimulus.hpp"
#include "models/trace/trace.hpp"

namespace napier::cost {

/// Drives napier_post_processor_lane with runs of accumulators of the trace, in the order in which one lane
/// sees them; expects PostProcessor's words. A window is a run after the pipeline has filled; its weight is
/// its outputs. `runs` bounds the number of runs.
GateStimulus post_processor_stimulus(const Design& design, const Trace& trace, std::int64_t runs);

}  // namespace napier::cost
