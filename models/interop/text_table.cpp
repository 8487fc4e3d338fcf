// Arrays as lines of numbers.
#include <charconv>
#include <cmath>
#include <type_traits>

#include "models/base/error.hpp"
#include "models/interop/array_formats.hpp"

namespace napier::interop {
namespace {

template <class T>
void append(std::string& text, T value) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  text.append(digits, end);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// Splits at commas, or at runs of blanks.
std::vector<std::string_view> fields_of(std::string_view line, char separator) {
  std::vector<std::string_view> fields;
  while (!line.empty()) {
    const std::size_t end = separator == ',' ? line.find(',') : line.find_first_of(" \t");
    fields.push_back(trimmed(line.substr(0, end)));
    if (end == std::string_view::npos) break;
    line.remove_prefix(end + 1);
    if (separator != ',') line = trimmed(line);
    if (separator == ',' && line.empty()) fields.emplace_back();
  }
  return fields;
}

double number(std::string_view field, std::size_t row, std::size_t column, const std::string& place) {
  double value = 0;
  const std::string_view digits = field.starts_with('+') ? field.substr(1) : field;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc() && end == digits.data() + digits.size() && !digits.empty()) return value;
  throw InputError(place + ", line " + std::to_string(row) + ", number " + std::to_string(column) + ": '" +
                   std::string(field) + "' is no number" +
                   (error == std::errc::result_out_of_range ? " of double precision" : "") +
                   "; comments begin with #, .csv files have commas, .txt files blanks between numbers");
}

}  // namespace

std::string to_text(const Array& array, char separator, const std::string& place) {
  if (array.shape.size() > 2 || array.is_text()) {
    throw InputError("array '" + array.name + "' of shape " + shape_text(array.shape) +
                     " cannot be written to " + place +
                     ", which holds lines of numbers; write to a .npz, .npy or .h5 file");
  }
  const std::size_t columns = array.shape.size() == 2 ? static_cast<std::size_t>(array.shape[1]) : 1;
  std::string text;
  std::visit(
      [&](const auto& values) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(values)>, std::string>) {
          for (std::size_t i = 0; i < values.size(); ++i) {
            append(text, values[i]);
            text += (i + 1) % columns == 0 ? '\n' : separator;
          }
        }
      },
      array.values);
  return text;
}

Array from_text(std::string_view text, char separator, const std::string& name, const std::string& place) {
  std::vector<double> values;
  std::size_t columns = 0, lines = 0, row = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++row;
    if (line.empty() || line.starts_with('#')) continue;
    const std::vector<std::string_view> fields = fields_of(line, separator);
    if (lines > 0 && fields.size() != columns) {
      throw InputError(place + ", line " + std::to_string(row) + " has " + std::to_string(fields.size()) +
                       " numbers where the lines before have " + std::to_string(columns) +
                       "; give all lines the same length");
    }
    columns = fields.size();
    ++lines;
    for (std::size_t i = 0; i < columns; ++i) values.push_back(number(fields[i], row, i + 1, place));
  }
  if (lines == 0) throw InputError(place + " holds no numbers");
  std::vector<std::int64_t> shape{static_cast<std::int64_t>(lines)};
  if (columns > 1) shape.push_back(static_cast<std::int64_t>(columns));
  return {.name = name, .shape = shape, .values = std::move(values), .unit = "", .meaning = ""};
}

}  // namespace napier::interop
