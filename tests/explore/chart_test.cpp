#include "explore/plot/chart.hpp"

#include <gmock/gmock.h>

#include <limits>
#include <regex>

#include "explore/plot/chart_page.hpp"
#include "models/base/error.hpp"
#include "tests/explore/browser.hpp"
#include "tests/explore/fake_stages.hpp"

namespace napier::explore {
namespace {

using testing::HasSubstr;
using testing::Not;

Chart chart() {
  return {
      "Accuracy's fall",
      {"Bits", true, {{8, "8"}, {16, "sixteen <"}}},
      {"Test accuracy, %", false, {}},
      {{"Madam & co", {{8, 80, 79, 81}, {16, 90, 89.5, 90.25}}, true}, {"SGD", {{16, 70, 70, 70}}, false}}};
}

std::string svg(const Chart& drawn) {
  const Scratch folder;
  write_chart_svg(drawn, folder.path() / "chart.svg");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1) << "something was left";
  return read_file(folder.path() / "chart.svg");
}

TEST(ChartRange, HoldsEveryErrorBarWithAMargin) {
  EXPECT_LT(y_range(chart()).from, 70);
  EXPECT_GT(y_range(chart()).to, 90.25);
  EXPECT_LT(x_range(chart()).from, 8);
  EXPECT_GT(x_range(chart()).from, 4);  // a margin, no more
}

TEST(ChartRange, OnePointHasARangeToo) {
  const Chart one{"", {"x"}, {"y"}, {{"", {{0, 0, 0, 0}}}}};
  EXPECT_LT(x_range(one).from, 0);
  EXPECT_GT(x_range(one).to, 0);
}

TEST(ChartRange, PointsThatDoNotFitAreABug) {
  Chart bad = chart();
  bad.series[0].points[0].x = 0;  // on a logarithmic axis
  EXPECT_THROW(x_range(bad), InternalError);
  bad.series.clear();
  EXPECT_THROW(y_range(bad), InternalError);
}

TEST(ChartSvg, ShowsTitlesLegendAndTicks) {
  const std::string text = svg(chart());
  for (const char* word : {"Accuracy's fall", "Test accuracy, %", "sixteen &lt;", "Madam &amp; co", "SGD",
                           "rgb(  0, 114, 178)", "rgb(213,  94,   0)"}) {
    EXPECT_THAT(text, HasSubstr(word));
  }
}

TEST(ChartSvg, LongLabelsStandAslant) {
  Chart crowded = chart();
  EXPECT_FALSE(labels_slant(crowded.x));
  EXPECT_THAT(svg(crowded), Not(HasSubstr("rotate(-20")));
  crowded.x.ticks[0].label = std::string(50, 'x');
  EXPECT_TRUE(labels_slant(crowded.x));
  EXPECT_THAT(svg(crowded), HasSubstr("rotate(-20"));
}

TEST(ChartSvg, IsTheSameForTheSameChart) { EXPECT_EQ(svg(chart()), svg(chart())); }

TEST(ChartSvg, ShowsWhereAPointIs) {
  Chart moved = chart();
  moved.series[0].points[1].y = 85;
  EXPECT_NE(svg(chart()), svg(moved));
}

TEST(ChartPage, FetchesNothingAndEscapes) {
  Chart evil = chart();
  evil.series[0].name = "</script><script>alert(1)</script>";
  const std::string page = chart_page_html({"a <b>", "lead", {{evil, "caption <c>"}}, ""});
  EXPECT_THAT(page, HasSubstr("<h1>a &lt;b&gt;</h1>"));
  EXPECT_THAT(page, HasSubstr("caption &lt;c&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, HasSubstr("Content-Security-Policy\" content=\"default-src 'none'"));
}

TEST(ChartPageInBrowser, DrawsEverySeriesWithItsBars) {
  const std::string dom = rendered(chart_page_html({"t", "", {{chart(), "c"}}, ""}));
  EXPECT_EQ(occurrences(dom, "<svg"), 1U);
  EXPECT_EQ(occurrences(dom, "<g class=\"series\""), 2U);
  EXPECT_THAT(dom, HasSubstr("<title>Madam &amp; co: 90 (89.5 to 90.25)</title>"));
  EXPECT_THAT(dom, HasSubstr("<title>SGD: 70</title>"));
  EXPECT_THAT(dom, HasSubstr("sixteen &lt;"));
  EXPECT_THAT(dom, Not(testing::ContainsRegex("d=\"[^\"]*NaN")));
}

}  // namespace
}  // namespace napier::explore
