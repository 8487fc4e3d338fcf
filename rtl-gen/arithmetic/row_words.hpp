#pragma once
#include <string>

namespace napier::rtl {

/// Declares the words PREFIX0, PREFIX1, ... and cuts the packed vector `vector` into them, lowest first: a
/// tree names single bits of its rows, which cannot be done within a part-select.
std::string row_words(const std::string& vector, const std::string& prefix, const std::string& width,
                      int count);

}  // namespace napier::rtl
