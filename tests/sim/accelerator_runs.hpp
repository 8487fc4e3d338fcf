#pragma once
#include "tests/models/small_designs.hpp"
#include "tests/sim/sim_runs.hpp"

namespace napier::sim::test {

/// A small design as an array of elements behind banks that a product of a few tiles overflows.
inline Design small_array(int elements, Design design = napier::test::small_lns()) {
  design.name = "small_array";
  design.array = {elements, 32, 4};
  design.memory = {768, 256, 512, 128, 32, 1, 12, 2, 16, 6};
  return design;
}

inline AcceleratorResult run_accelerator(const Trace& trace, const AcceleratorOptions& options = {}) {
  return simulate_accelerator_in_child(trace.design, trace, options);
}

}  // namespace napier::sim::test
