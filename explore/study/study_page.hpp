#pragma once
#include <string>

#include "explore/plot/chart.hpp"
#include "explore/study/study_results.hpp"

namespace napier::explore {

/// True where at least one point has the first metric.
bool has_chart(const StudyResults& results);

/// The first metric over the first axis, a curve a variant and value of the other axes; references as level
/// lines. Without axes one point a variant. Bars reach from the least to the greatest seed.
Chart study_chart(const StudyResults& results);

/// Chart, tables and commands as one page that fetches nothing.
std::string study_html(const StudyResults& results);

}  // namespace napier::explore
