#pragma once
#include <filesystem>
#include <string>

#include "sim/simulation.hpp"

namespace napier::sim {

/// What is told of a run apart from its results; only run.json holds times.
struct RunInfo {
  std::string version;      ///< of the program
  std::string design_file;  ///< as the user named them
  std::string trace_file;
};

/// Writes an output that only some runs have; without text, removes that of a run before.
void write_optional(const std::filesystem::path& file, const std::string& text);

/// run.json of a simulation.
std::string run_json(const Trace& trace, unsigned stall_percent, std::uint64_t stall_seed,
                     std::int64_t cycles, double seconds, const RunInfo& info);

/// Writes stats.json, stats.txt, events.csv, cycles.csv, resolved.yaml and run.json into an existing output
/// folder; no events.csv for a run without events, which was one without values. The same input gives the
/// same bytes, run.json apart. Throws InputError where the folder cannot be written.
void write_run_directory(const std::filesystem::path& folder, const Design& design, const Trace& trace,
                         const SimOptions& options, const SimResult& result, const RunInfo& info);

}  // namespace napier::sim
