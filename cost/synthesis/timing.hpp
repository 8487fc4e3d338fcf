#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "cost/netlist/netlist.hpp"
#include "cost/power/energy_meter.hpp"
#include "cost/technology.hpp"

/// OpenSTA over a mapped netlist, with an ideal clock and the technology's wire assumption.
namespace napier::cost {

struct Timing {
  double critical_path_ns = 0;  ///< longest path, setup time included: period - slack
  double slack_ns = 0;
  std::string from, to;     ///< ends of the longest path: register instances or ports
  std::vector<Slew> slews;  ///< by net, in the library's time unit
};

/// Runs OpenSTA in `folder`, where netlist.v lies; writes netlist.sdf there. Throws ToolError where OpenSTA
/// is missing or reports an error.
Timing analyse_timing(const Netlist& netlist, const liberty::Library& library, const Technology& technology,
                      double period_ns, const std::filesystem::path& folder);

}  // namespace napier::cost
