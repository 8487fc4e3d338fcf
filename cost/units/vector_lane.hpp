#pragma once
#include "cost/simulation/gate_stimulus.hpp"
#include "models/trace/trace.hpp"

namespace napier::cost {

/// What the cycles of a lane's window are.
enum class LaneWindow { kStream, kIdle };

/// Drives napier_vector_lane with sampled tiles of the trace back to back, one vector of B a cycle, the next
/// A vector taken with the last column, as the sequencer streams them; then some cycles in which nothing
/// moves. Each sum is expected to be VectorLane's. A stream window is one tile; its weight is its
/// multiply-accumulate slots (vectors x datapath.vector). An idle window's weight is its cycles. `cycles`
/// bounds the streamed vectors.
GateStimulus vector_lane_stimulus(const Design& design, const Trace& trace, std::int64_t cycles);

}  // namespace napier::cost
