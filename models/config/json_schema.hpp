#pragma once
#include <string>

#include "models/config/schema.hpp"

namespace napier::config {

/// JSON Schema (draft 2020-12) of the files that `schema` reads, for editors. Relations between keys are
/// beyond it: Napier checks those on reading.
std::string json_schema(const AnySchema& schema);

}  // namespace napier::config
