#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "cost/power/energy_meter.hpp"
#include "cost/simulation/gate_stimulus.hpp"
#include "cost/synthesis/timing.hpp"
#include "cost/technology.hpp"

/// Gate-level simulation in Icarus Verilog with the delays of OpenSTA's SDF, glitches included.
namespace napier::cost {

struct MeasuredEnergy {
  /// [window][unit] joules, unit as in Netlist::units.
  std::vector<std::vector<Energy>> windows;
  std::int64_t toggles = 0;
};

/// Simulates the netlist in `folder` (netlist.v, netlist.sdf) with the stimulus, checks every expected output
/// (MismatchError names cycle, port and both values) and adds up the energy of each window. A folder that
/// holds the result of the same netlist, stimulus and technology is taken as it is.
MeasuredEnergy measure_energy(const Netlist& netlist, const liberty::Library& library,
                              const Technology& technology, const Timing& timing,
                              const GateStimulus& stimulus, double period_ns,
                              const std::filesystem::path& folder);

/// The test bench that measure_energy() writes.
std::string testbench(const Netlist& netlist, const GateStimulus& stimulus, double period_ns,
                      const std::filesystem::path& cell_models);

/// Input delay after the clock edge, in ps: a register's clock-to-output delay is about that.
constexpr std::int64_t kInputDelayPs = 200;

}  // namespace napier::cost
