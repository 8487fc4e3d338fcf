#pragma once
#include "explore/ladder/rung.hpp"

namespace napier::explore::ladder {

/// Rung b: for every stateless unit of the designs a proof that it equals a specification made from the exact
/// function, for every input at its full width; and for every handshake a proof by induction that no word is
/// lost, doubled or overtaken, and that valid and data stay until ready. Each proof must also refute mutants
/// of its unit. Writes proofs.csv: the list of proofs.
RungResult climb_formal(const Climb& climb, const std::filesystem::path& folder);

}  // namespace napier::explore::ladder
