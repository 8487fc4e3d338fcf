#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "models/design/design.hpp"

namespace napier::cost {

/// A module that is mapped on its own and counted `instances` times in the processing element.
struct UnitPlan {
  std::string unit;    ///< Napier's name of the unit; one for its lanes and one for the rest
  std::string module;  ///< Verilog module
  std::int64_t instances = 1;
  std::vector<std::string> black_boxes;  ///< modules below it with a plan of their own
};

/// Every module of the processing element but the operand buffers, which are memories.
std::vector<UnitPlan> unit_plans(const Design& design);

/// The unit that a Verilog module implements: its name without the prefix napier_.
std::string unit_of_module(const std::string& module);

}  // namespace napier::cost
