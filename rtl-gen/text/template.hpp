#pragma once
#include <map>
#include <string>
#include <string_view>

namespace napier::rtl {

/// Names and texts that a template may use. An empty text and "0" are false in a condition.
using Values = std::map<std::string, std::string, std::less<>>;

/// Expands a text template.
///   ${name}      the value; where it has several lines and stands alone on its line, each takes the
///   indentation,
///                and where it is empty the line vanishes
///   %if name     keeps the lines up to %else or %end where the value is true; %if !name where it is false.
///                Conditions nest.
/// A name that is not in `values` and an unbalanced condition are InternalError.
std::string expand(std::string_view text, const Values& values);

}  // namespace napier::rtl
