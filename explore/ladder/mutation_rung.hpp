#pragma once
#include "explore/ladder/rung.hpp"

namespace napier::explore::ladder {

/// Rung g: faults put into the emitted Verilog one at a time, and whether the ladder finds them: by a replay
/// of a small trace, cycle by cycle, by one with resets and backpressure, or by Verilator's lint. What
/// survives is put to a proof that it computes the same as the unchanged module. Holds where at least 98 % of
/// the faults that change anything are found. Writes mutants.csv, and survivors.txt.
RungResult climb_mutation(const Climb& climb, const std::filesystem::path& folder);

}  // namespace napier::explore::ladder
