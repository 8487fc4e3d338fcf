#pragma once
#include <vector>

#include "models/base/bench_row.hpp"
#include "models/trace/trace.hpp"

namespace napier::rtl {

/// Speed of the generator, of building a Verilated model and of running it, in a temporary folder. Takes
/// minutes. Throws ToolError where Verilator, make or the compiler is missing.
std::vector<BenchRow> bench_verilog();

/// Cycles per second of processor time of the Verilated model of a bare element, handshakes recorded as
/// `napier verify` needs them, best of several runs; built in a temporary folder, which takes minutes. Throws
/// as bench_verilog().
double verilated_cycles_per_second(const Design& design, const Trace& trace);

}  // namespace napier::rtl
