#pragma once
#include <string>

#include "explore/ladder/units.hpp"

namespace napier::explore::ladder {

/// Verilog module `unit` (in_i, out_o) of a unit's truth table: the exact function asked for every input, its
/// answers joined to a shared decision diagram, one multiplexer a node. It has nothing in common with the
/// text that the generator emits. The unit's only slice must free all inputs.
std::string truth_table_verilog(const Unit& unit);

}  // namespace napier::explore::ladder
