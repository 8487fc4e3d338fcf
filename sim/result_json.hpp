#pragma once
#include <string>

#include "sim/accelerator_simulation.hpp"
#include "sim/simulation.hpp"

namespace napier::sim {

/// A result as JSON text, to pass it between processes.
std::string to_json(const SimResult& result);
SimResult result_from_json(const std::string& text);
std::string to_json(const AcceleratorResult& result);
AcceleratorResult accelerator_result_from_json(const std::string& text);

}  // namespace napier::sim
