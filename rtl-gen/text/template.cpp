#include "rtl-gen/text/template.hpp"

#include <algorithm>
#include <vector>

#include "models/base/error.hpp"

namespace napier::rtl {
namespace {

const std::string& value_of(const Values& values, std::string_view name) {
  const auto found = values.find(name);
  if (found == values.end()) throw InternalError("template names an unknown value: " + std::string(name));
  return found->second;
}

bool condition(const Values& values, std::string_view name) {
  const bool inverted = name.starts_with('!');
  const std::string& value = value_of(values, name.substr(inverted ? 1 : 0));
  return (!value.empty() && value != "0") != inverted;
}

std::string substitute(std::string_view line, const Values& values) {
  std::string result;
  while (true) {
    const auto begin = line.find("${");
    if (begin == std::string_view::npos) return result.append(line);
    const auto end = line.find('}', begin);
    if (end == std::string_view::npos) throw InternalError("template has an open placeholder");
    result.append(line.substr(0, begin)).append(value_of(values, line.substr(begin + 2, end - begin - 2)));
    line.remove_prefix(end + 1);
  }
}

/// A placeholder alone on its line: its lines, each indented as the placeholder was.
std::string block(const std::string& text, std::string_view indentation) {
  std::string result;
  for (std::string_view rest = text; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    if (end > 0) result.append(indentation).append(rest.substr(0, end));
    result += '\n';
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return result;
}

}  // namespace

std::string expand(std::string_view text, const Values& values) {
  std::string result;
  std::vector<bool> kept;  // one entry per open %if
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with("%if ")) {
      kept.push_back(condition(values, line.substr(4)));
      continue;
    }
    if (line == "%else" || line == "%end") {
      if (kept.empty()) throw InternalError("template has " + std::string(line) + " without %if");
      if (line == "%end") {
        kept.pop_back();
      } else {
        kept.back() = !kept.back();
      }
      continue;
    }
    if (std::find(kept.begin(), kept.end(), false) != kept.end()) continue;
    const auto first = std::min(line.find_first_not_of(' '), line.size());
    const std::string_view trimmed = line.substr(first);
    if (trimmed.starts_with("${") && trimmed.find('}') == trimmed.size() - 1) {
      result += block(value_of(values, trimmed.substr(2, trimmed.size() - 3)), line.substr(0, first));
    } else {
      result += substitute(line, values) + '\n';
    }
  }
  if (!kept.empty()) throw InternalError("template has %if without %end");
  return result;
}

}  // namespace napier::rtl
