#include "explore/report/html.hpp"

#include <cmath>
#include <cstdio>

namespace napier::explore::html {
namespace {

std::string grouped(const std::string& digits) {
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const bool separates = i > 0 && (digits.size() - i) % 3 == 0 && digits[i - 1] != '-';
    if (separates) text += "\u202f";  // narrow no-break space
    text += digits[i];
  }
  return text;
}

}  // namespace

std::string escape(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string count(double value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.0f", value);
  return grouped(text);
}

std::string measure(double value) {
  if (std::abs(value) >= 1000) return count(value);
  char text[64];
  std::snprintf(text, sizeof text, "%#.4g", value);
  return text;
}

std::string table(const std::vector<Cell>& head, const std::vector<std::vector<Cell>>& rows) {
  std::string out = "<div class=\"scroll\"><table>\n<thead><tr>";
  for (const Cell& cell : head) out += "<th scope=\"col\">" + cell.markup + "</th>";
  out += "</tr></thead>\n<tbody>\n";
  for (const std::vector<Cell>& row : rows) {
    out += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += i == 0 ? "<th scope=\"row\">" + row[i].markup + "</th>" : "<td>" + row[i].markup + "</td>";
    }
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string list(const std::vector<std::string>& items) {
  std::string out = "<ul>\n";
  for (const std::string& item : items) out += "<li>" + escape(item) + "</li>\n";
  return out + "</ul>\n";
}

std::string in_script(const std::string& json) {
  std::string out;
  for (const char c : json) out += c == '<' ? "\\u003c" : std::string(1, c);
  return out;
}

Cell heading(const std::string& text, const std::string& unit) {
  return {escape(text) + (unit.empty() ? "" : "<span class=\"unit\">" + escape(unit) + "</span>")};
}

}  // namespace napier::explore::html
