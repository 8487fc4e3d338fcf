#pragma once
#include "explore/ladder/rung.hpp"
#include "models/design/design.hpp"
#include "rtl-gen/emitted_file.hpp"

namespace napier::explore::ladder {

/// Rung d: random legal designs, each emitted, linted, Verilated and replayed on a random trace under random
/// backpressure, equal to SystemC and the exact arithmetic in every cycle. A design that fails is shrunk to a
/// small one that fails and saved as regressions/NAME.yaml in the rung's folder.
RungResult climb_random_designs(const Climb& climb, const std::filesystem::path& folder);

/// What is wrong with one design's Verilog on the trace of `seed`; empty where nothing is. `emit` makes the
/// Verilog: the generator, or in tests one with a fault in it.
std::string replay_difference(const Design& design, std::uint64_t seed, const std::filesystem::path& folder,
                              const std::function<std::vector<rtl::EmittedFile>(const Design&)>& emit);

}  // namespace napier::explore::ladder
