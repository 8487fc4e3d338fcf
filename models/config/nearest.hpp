#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace napier::config {

/// The candidate that `word` was most likely meant to be: the one fewest edits away (insert, drop, change or
/// swap of neighbours), as long as these are at most a third of its letters, or two. Empty where none is
/// near.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// "; did you mean 'x'?" or nothing.
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace napier::config
