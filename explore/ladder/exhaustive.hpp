#pragma once
#include "explore/ladder/rung.hpp"
#include "explore/ladder/units.hpp"

namespace napier::explore::ladder {

/// Rung a: every stateless unit with at most 20 free input bits, all inputs, under Icarus against the exact
/// function. Units that are wider are tried with narrow operands, and, whole, are rung b's.
RungResult climb_exhaustive(const Climb& climb, const std::filesystem::path& folder);

/// Tries one slice of a unit. Empty where all is equal, else the first input that is not, with both outputs.
std::string first_wrong_input(const Unit& unit, const Slice& slice, const std::filesystem::path& folder);

}  // namespace napier::explore::ladder
