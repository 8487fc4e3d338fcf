#pragma once
#include "explore/ladder/rung.hpp"

namespace napier::explore::ladder {

/// Rung c: each design's Verilog replays random traces of several layers against SystemC and the exact
/// arithmetic, in every cycle: back to back, under random backpressure of several strengths, and after resets
/// in mid-flight.
RungResult climb_replay(const Climb& climb, const std::filesystem::path& folder);

}  // namespace napier::explore::ladder
