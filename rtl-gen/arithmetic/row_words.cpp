#include "rtl-gen/arithmetic/row_words.hpp"

#include <algorithm>
#include <vector>

#include "rtl-gen/text/numbers.hpp"

namespace napier::rtl {
namespace {

/// Names as lines of no more than eight.
std::string lines(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += names[i];
    if (i + 1 < names.size()) text += i % 8 == 7 ? ",\n  " : ", ";
  }
  return text;
}

}  // namespace

std::string row_words(const std::string& vector, const std::string& prefix, const std::string& width,
                      int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back(prefix + std::to_string(i));
  std::string text = "logic [" + width + "-1:0] " + lines(names) + ";\n";
  std::reverse(names.begin(), names.end());
  return text + "assign {" + lines(names) + "} = " + vector + ";\n";
}

}  // namespace napier::rtl
