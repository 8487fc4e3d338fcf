#pragma once
#include "explore/ladder/rung.hpp"

namespace napier::explore::ladder {

/// Rung e: the whole processing element, mapped by Yosys and abc to library cells as `napier synth` maps its
/// units, replays traces under Icarus: at every port valid, ready and data are those of SystemC in every
/// cycle, also after a reset in mid-flight.
RungResult climb_gate_level(const Climb& climb, const std::filesystem::path& folder);

}  // namespace napier::explore::ladder
