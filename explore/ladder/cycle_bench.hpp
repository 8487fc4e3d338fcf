#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "models/trace/trace.hpp"
#include "rtl-gen/emitted_file.hpp"

namespace napier::explore::ladder {

/// A replay that any Verilog simulator runs: what the host drives in each cycle of a SystemC run, and what
/// must be seen before each clock edge.
struct CycleBench {
  std::string bench;    ///< Verilog module cycle_bench
  std::string vectors;  ///< cycles.hex: a cycle a line
  std::int64_t cycles = 0;
};

/// Of one processing element and the SystemC model's handshake log of `trace`. inner: also the channels
/// between the blocks are compared, through napier_probe; else the ports of napier_processing_element alone.
/// Data that is not valid is driven at random. valid and ready are compared in every cycle, data wherever it
/// is valid; X is never equal to anything.
CycleBench make_cycle_bench(const Design& design, const Trace& trace, const std::filesystem::path& log,
                            bool inner);

/// The same of a replay that is run here: simulates in SystemC, `stalls` in percent.
CycleBench make_cycle_bench(const Design& design, const Trace& trace, unsigned stalls, std::uint64_t seed,
                            const std::filesystem::path& folder, bool inner);

/// Throws ToolError, naming the Debian package, where Icarus Verilog is missing or older than 11.0.
void check_icarus(const std::filesystem::path& scratch);

/// What became of a run of the bench under Icarus.
enum class BenchOutcome { kPassed, kFailed, kRefused, kHung };

/// Compiles and runs the bench with these files, `libraries` beside them. `why`: the first difference, or the
/// tool's refusal. reset_after: as in VerifyOptions.
BenchOutcome run_cycle_bench(const CycleBench& bench, const std::vector<rtl::EmittedFile>& files,
                             const std::vector<std::filesystem::path>& libraries, std::uint64_t reset_after,
                             const std::filesystem::path& folder, std::string& why);

}  // namespace napier::explore::ladder
