#pragma once
#include <string>
#include <vector>

/// Small pieces of HTML. Text given to them is escaped unless a parameter says it is markup.
namespace napier::explore::html {

std::string escape(const std::string& text);

/// A whole number in full, its digits in groups of three.
std::string count(double value);

/// A measured number to four significant digits, or to the unit where there are more before the point.
std::string measure(double value);

/// A table cell or heading; `markup` is taken as it is.
struct Cell {
  std::string markup;
};

/// `head` and the first cell of each row are headings.
std::string table(const std::vector<Cell>& head, const std::vector<std::vector<Cell>>& rows);

std::string list(const std::vector<std::string>& items);

/// JSON that may stand inside a script element: no text in it can end the element or open another.
std::string in_script(const std::string& json);

/// A heading with its unit below.
Cell heading(const std::string& text, const std::string& unit);

}  // namespace napier::explore::html
