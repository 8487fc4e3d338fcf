#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "cost/report.hpp"
#include "cost/technology.hpp"
#include "models/design/design.hpp"
#include "models/trace/trace.hpp"

/// Area, timing and energy of a design, from its own Verilog.
namespace napier::cost {

struct SynthOptions {
  std::function<void(const std::string&)> progress;  ///< one line of text; may be empty
};

/// Maps each module of the processing element, analyses its timing and, given a trace, simulates it at gate
/// level with the trace's operands. `verilog` is the emitted design; `folder` an output folder, whose cache
/// makes a repeated or interrupted run short. Writes synth.json, synth.csv and synth.txt there. Throws
/// InputError (trace of another design), ToolError (a tool is missing or failed), MismatchError (a gate-level
/// result is wrong).
SynthReport run_synth(const Design& design, const Technology& technology, const Trace* trace,
                      const std::vector<std::filesystem::path>& verilog, const std::filesystem::path& folder,
                      const SynthOptions& options = {});

}  // namespace napier::cost
