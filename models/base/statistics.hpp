#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

namespace napier {

/// One number of a run. No number without a unit ("" for a plain count or ratio) and a description.
struct Statistic {
  std::string name;
  std::variant<std::int64_t, double> value;
  std::string unit;
  std::string description;
};

/// Writes stats.json (an array of objects name, value, unit, description) and stats.txt (the same as a table)
/// into the folder.
void write_statistics(const std::vector<Statistic>& statistics, const std::filesystem::path& folder);

/// The value as text: integers as they are, reals in the shortest form that reads back equal.
std::string value_text(const Statistic& statistic);

}  // namespace napier
