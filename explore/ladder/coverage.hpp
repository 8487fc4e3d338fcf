#pragma once
#include "explore/ladder/rung.hpp"

namespace napier::explore::ladder {

/// Rung f: what the replays of random traces reach. Of the Verilog's text, by Verilator: lines that run, bits
/// that toggle. Of its function: each remainder bin, saturation each way, zero operands, underflow, clamping,
/// every cause of a stall. Holds where at least 95 % of the text's reachable points and every functional
/// point are reached. Writes uncovered.csv: each point that is not, with the reason where it cannot be.
RungResult climb_coverage(const Climb& climb, const std::filesystem::path& folder);

}  // namespace napier::explore::ladder
