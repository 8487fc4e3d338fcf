#pragma once
#include <vector>

#include "models/config/schema.hpp"

namespace napier::cli {

/// Every kind of configuration file that Napier reads, in the order in which `napier explain` lists them.
std::vector<const config::AnySchema*> schemas();

}  // namespace napier::cli
