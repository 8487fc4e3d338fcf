#pragma once
#include "sim/accelerator_simulation.hpp"
#include "sim/simulation.hpp"

namespace napier::sim {

/// simulate() in a forked child process, any number of times in one process. Throws what simulate() throws,
/// with the same exit code and message; InternalError where the child dies. options.progress is called in the
/// child.
SimResult simulate_in_child(const Design& design, const Trace& trace, const SimOptions& options);

/// The same for an accelerator.
AcceleratorResult simulate_accelerator_in_child(const Design& design, const Trace& trace,
                                                const AcceleratorOptions& options);

}  // namespace napier::sim
