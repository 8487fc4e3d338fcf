#include "cli/schemas.hpp"

#include "models/design/design_file.hpp"

namespace napier::cli {

std::vector<const config::AnySchema*> schemas() { return {&design_schema()}; }

}  // namespace napier::cli
