#pragma once
#include <string>
#include <vector>

namespace napier::explore {

/// A line of comma-separated values, RFC 4180, with its line end.
std::string csv_row(const std::vector<std::string>& cells);

}  // namespace napier::explore
