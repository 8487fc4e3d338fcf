#pragma once
#include <filesystem>

#include "models/trace/trace.hpp"
#include "sim/accelerator_simulation.hpp"

/// The rooflines of simulated runs: a point a matrix product of the trace.
namespace napier::explore {

/// Of a bare element: multiply-accumulates a cycle over multiply-accumulates a byte on the element's
/// channels, as `napier estimate` draws them. ToolError where gnuplot is missing.
void write_simulation_roofline(const Design& design, const Trace& trace, const sim::SimResult& result,
                               const std::filesystem::path& file);

/// Of an accelerator: over multiply-accumulates a byte of external memory.
void write_simulation_roofline(const Design& design, const Trace& trace, const sim::AcceleratorResult& result,
                               const std::filesystem::path& file);

}  // namespace napier::explore
