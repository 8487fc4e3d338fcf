#pragma once
#include <vector>

#include "models/base/bench_row.hpp"

namespace napier::rtl {

/// Speed of the generator, of building a Verilated model and of running it, in a temporary folder. Takes
/// minutes. Throws ToolError where Verilator, make or the compiler is missing.
std::vector<BenchRow> bench_verilog();

}  // namespace napier::rtl
