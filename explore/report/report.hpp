#pragma once
#include <string>

#include "explore/results.hpp"

namespace napier::explore {

/// The whole report as one HTML page that fetches nothing: tables that read without scripts, and pictures
/// drawn by an embedded D3. The same bytes for the same results.
std::string report_html(const Results& results);

}  // namespace napier::explore
