#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "models/config/node.hpp"

/// Scalars are read strictly: one way to write each value. `010`, `0x10`, `1_000`, `1e3` are no integers,
/// `yes` and `True` no truth values, `.inf` and `nan` no numbers, and nothing in quotes is a number.
namespace napier::config {

/// Decimal digits with an optional minus, no leading zeros; nullopt otherwise.
std::optional<std::int64_t> to_integer(std::string_view text);

/// A JSON number (`0.5`, `1e-3`, `20`) that is finite; nullopt otherwise.
std::optional<double> to_real(std::string_view text);

/// `true` or `false`; nullopt otherwise.
std::optional<bool> to_boolean(std::string_view text);

/// True where some YAML reader would take the unquoted text for a number, a truth value or nothing.
bool reads_as_other_than_text(std::string_view text);

Node integer_node(std::int64_t value);
/// Shortest decimal number that reads back to the same double.
Node real_node(double value);
Node boolean_node(bool value);
Node text_node(std::string value);

}  // namespace napier::config
