#pragma once
#include <string>
#include <vector>

#include "explore/plot/chart.hpp"

namespace napier::explore {

/// A chart of a page with the words below it.
struct ChartFigure {
  Chart chart;
  std::string caption;
};

/// A page of charts and what stands around them.
struct ChartPage {
  std::string title;
  std::string lead;  ///< markup: one paragraph
  std::vector<ChartFigure> figures;
  std::string body;  ///< markup below the charts: tables, commands
};

/// The page as HTML that fetches nothing; charts are drawn by an embedded D3. The same bytes for the same
/// page.
std::string chart_page_html(const ChartPage& page);

}  // namespace napier::explore
