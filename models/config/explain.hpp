#pragma once
#include <string>
#include <string_view>

#include "models/config/schema.hpp"

/// What people read about a schema; all of it follows from the declarations.
namespace napier::config {

/// The groups and single keys at the top level, one a line.
std::string explain_groups(const AnySchema& schema);

/// A group's keys with default, range and text, or everything about one key. Empty where the key is unknown.
std::string explain_key(const AnySchema& schema, std::string_view key);

/// Markdown table of all keys: key, type, default, legal values, meaning.
std::string markdown_table(const AnySchema& schema);

}  // namespace napier::config
