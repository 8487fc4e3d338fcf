#include "models/config/scalar.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

namespace napier::config {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t count_digits(std::string_view text) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
}

/// Length of an optional minus and digits without a leading zero at the front of `text`; 0: none.
std::size_t integer_length(std::string_view text) {
  const std::size_t sign = text.starts_with('-') ? 1 : 0;
  const std::size_t digits = count_digits(text.substr(sign));
  if (digits == 0 || (digits > 1 && text[sign] == '0')) return 0;
  return sign + digits;
}

bool is_json_number(std::string_view text) {
  const std::size_t whole = integer_length(text);
  if (whole == 0) return false;
  text.remove_prefix(whole);
  if (text.starts_with('.')) {
    const std::size_t digits = count_digits(text.substr(1));
    if (digits == 0) return false;
    text.remove_prefix(1 + digits);
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    const std::size_t sign = text.size() > 1 && (text[1] == '+' || text[1] == '-') ? 2 : 1;
    const std::size_t digits = count_digits(text.substr(sign));
    if (digits == 0) return false;
    text.remove_prefix(sign + digits);
  }
  return text.empty();
}

}  // namespace

std::optional<std::int64_t> to_integer(std::string_view text) {
  if (text.empty() || integer_length(text) != text.size()) return std::nullopt;
  std::int64_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc()) return std::nullopt;
  return value;
}

std::optional<double> to_real(std::string_view text) {
  if (!is_json_number(text)) return std::nullopt;
  double value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<bool> to_boolean(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

bool reads_as_other_than_text(std::string_view text) {
  static constexpr std::array<std::string_view, 11> kWords = {"true", "false", "yes",  "no", "on", "off",
                                                              "y",    "n",     "null", "~",  ""};
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (std::find(kWords.begin(), kWords.end(), lower) != kWords.end()) return true;
  if (lower == ".inf" || lower == ".nan") return true;
  // Anything made of a digit and number characters may be a number, a date or a sexagesimal to someone.
  const std::size_t start = lower.find_first_not_of("+-.");
  return start != std::string::npos && is_digit(lower[start]) &&
         lower.find_first_not_of("0123456789abcdefox_.:+-") == std::string::npos;
}

Node integer_node(std::int64_t value) { return scalar(std::to_string(value)); }

Node real_node(double value) {
  std::array<char, 32> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return scalar(std::string(buffer.data(), result.ptr));
}

Node boolean_node(bool value) { return scalar(value ? "true" : "false"); }

Node text_node(std::string value) { return scalar(std::move(value), true); }

}  // namespace napier::config
