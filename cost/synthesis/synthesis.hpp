#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "cost/liberty/library.hpp"
#include "cost/netlist/netlist.hpp"
#include "cost/technology.hpp"

/// Yosys and abc: from Verilog to a flat netlist of library cells.
namespace napier::cost {

struct SynthesisJob {
  std::string top;                             ///< module to map
  std::vector<std::filesystem::path> verilog;  ///< absolute paths
  std::vector<std::string> modules;            ///< all modules in them
  std::vector<std::string> black_boxes;        ///< modules below `top` that are counted elsewhere
  double period_ns = 0;
};

/// Maps `job.top` into `folder`: netlist.v and netlist.json. Each module below the top is mapped once and
/// then flattened, so that areas can be told by module (attribute `unit`). Throws ToolError where Yosys is
/// missing or fails. A folder that already holds the result of the same sources, library and script is taken
/// as it is.
void synthesise(const SynthesisJob& job, const Technology& technology, const std::filesystem::path& folder);

/// Text of the Yosys script that synthesise() runs.
std::string yosys_script(const SynthesisJob& job, const Technology& technology);

/// The library as plain text for tools that read no gzip, in `folder` where it has to be unpacked.
std::filesystem::path plain_liberty(const Technology& technology, const std::filesystem::path& folder);

}  // namespace napier::cost
