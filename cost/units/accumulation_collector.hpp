#pragma once
#include "cost/simulation/gate_stimulus.hpp"
#include "models/trace/trace.hpp"

namespace napier::cost {

/// What the cycles of a collector lane's window are.
enum class CollectorWindow { kAccumulate, kDrain };

/// Drives napier_accumulation_collector_lane with the exact sums of sampled output tiles: bias, then K walked
/// from its beginning, column by column, then each entry read for as long as its lanes' groups take to drain.
/// Expects each entry's exact accumulator. The weight of an accumulate window is its multiply-accumulate
/// slots, that of a drain window its outputs. `cycles` bounds the sums; a walk takes at most the first 8
/// vectors of K.
GateStimulus accumulation_collector_stimulus(const Design& design, const Trace& trace, std::int64_t cycles);

}  // namespace napier::cost
