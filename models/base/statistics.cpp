#include "models/base/statistics.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "models/base/error.hpp"
#include "models/base/files.hpp"

namespace napier {

std::string value_text(const Statistic& statistic) {
  if (const auto* integer = std::get_if<std::int64_t>(&statistic.value)) return std::to_string(*integer);
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, std::get<double>(statistic.value)).ptr;
  return {text, end};
}

void write_statistics(const std::vector<Statistic>& statistics, const std::filesystem::path& folder) {
  auto array = nlohmann::ordered_json::array();
  std::size_t name_width = 0;
  std::size_t value_width = 0;
  for (const Statistic& s : statistics) {
    nlohmann::ordered_json object{{"name", s.name}};
    if (const auto* real = std::get_if<double>(&s.value)) {
      if (!std::isfinite(*real)) throw InternalError("statistic '" + s.name + "' is not finite");
      object["value"] = *real;
    } else {
      object["value"] = std::get<std::int64_t>(s.value);
    }
    object["unit"] = s.unit;
    object["description"] = s.description;
    array.push_back(std::move(object));
    name_width = std::max(name_width, s.name.size());
    value_width = std::max(value_width, value_text(s).size());
  }
  std::string table;
  for (const Statistic& s : statistics) {
    const std::string value = value_text(s);
    std::string line = s.name + std::string(name_width - s.name.size() + 2, ' ') +
                       std::string(value_width - value.size(), ' ') + value + ' ' + s.unit;
    line += std::string(
        line.size() < name_width + value_width + 18 ? name_width + value_width + 18 - line.size() : 1, ' ');
    table += line + s.description + '\n';
  }
  write_file(folder / "stats.json", array.dump(2) + "\n");
  write_file(folder / "stats.txt", table);
}

}  // namespace napier
