#include "explore/report/report.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>

#include "tests/explore/browser.hpp"
#include "tests/explore/fake_stages.hpp"
#include "tests/explore/synthetic_results.hpp"

namespace napier::explore {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ResultsTable, CsvHasAUnitInEachNameAndOneRowADesign) {
  EXPECT_EQ(
      results_csv(synthetic_results()),
      "design,test_accuracy_percent,energy_per_mac_pj,area_mm2,cycles_systemc,cycles_verilog,words_compared,"
      "pareto,failed_stage\n"
      "sorted,89.1,46.5,25.5,123456.0,123456.0,987654.0,false,\n"
      "lean,89.0,27.1,7.8,123456.0,123456.0,987654.0,true,\n"
      "int8,89.6,23.9,8.1,123456.0,123456.0,987654.0,true,\n");
}

TEST(ResultsTable, CsvLeavesUnreachedNumbersEmpty) {
  Results results = synthetic_results();
  results.designs.resize(1);
  results.designs[0].values[1].value.reset();
  results.designs[0].stages[2].state = "failed";
  EXPECT_THAT(results_csv(results), HasSubstr("\nsorted,89.1,,25.5,"));
  EXPECT_THAT(results_csv(results), HasSubstr(",verify\n"));
}

TEST(ResultsTable, JsonStatesUnitAndMeaningOfEachColumn) {
  const auto json = nlohmann::json::parse(results_json(synthetic_results()));
  ASSERT_EQ(json["columns"].size(), 6U);
  for (const auto& column : json["columns"]) {
    EXPECT_FALSE(column["unit"].get<std::string>().empty());
    EXPECT_FALSE(column["description"].get<std::string>().empty());
    for (const auto& design : json["designs"]) {
      EXPECT_TRUE(design["values"].contains(column["name"].get<std::string>()));
    }
  }
}

TEST(ResultsTable, DesignWithoutEnergyIsNotOnTheFront) {
  std::vector<DesignReport> designs = synthetic_results().designs;
  designs[2].values[1].value.reset();
  mark_pareto_front(designs);
  EXPECT_TRUE(designs[0].pareto);
  EXPECT_TRUE(designs[1].pareto);
  EXPECT_FALSE(designs[2].pareto);
}

TEST(Report, IsTheSameForTheSameResults) {
  EXPECT_EQ(report_html(synthetic_results()), report_html(synthetic_results()));
}

TEST(Report, FetchesNothing) {
  const std::string page = report_html(synthetic_results());
  const std::regex fetch(R"((src|href|action|data)\s*=\s*["']?\s*(https?:|//)|@import|url\s*\()",
                         std::regex::icase);
  EXPECT_FALSE(std::regex_search(page, fetch));
  EXPECT_THAT(page, HasSubstr("Content-Security-Policy\" content=\"default-src 'none'"));
  // The only addresses are names of XML vocabularies inside D3, and D3's own in its licence.
  const std::regex address(R"(https?://[^\s"')]+)");
  for (std::sregex_iterator it(page.begin(), page.end(), address), end; it != end; ++it) {
    EXPECT_THAT(it->str(), testing::AnyOf(testing::StartsWith("http://www.w3.org/"), "https://d3js.org"));
  }
}

TEST(Report, EscapesNamesAndMessages) {
  Results results = synthetic_results();
  results.name = "a <b> & \"c\"";
  results.designs[0].stages[1].state = "failed";
  results.designs[0].stages[1].message = "</script><script>alert(1)</script>";
  const std::string page = report_html(results);
  EXPECT_THAT(page, HasSubstr("<h1>a &lt;b&gt; &amp; &quot;c&quot;</h1>"));
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
}

TEST(Report, ShowsAFailedDesignWithItsReason) {
  Results results = synthetic_results();
  results.designs[1].stages[2].state = "failed";
  results.designs[1].stages[2].exit_code = 1;
  results.designs[1].stages[2].message = "first difference in cycle 17";
  EXPECT_THAT(
      report_html(results),
      HasSubstr("<strong>lean failed at verify</strong> (exit code 1): first difference in cycle 17"));
}

TEST(ReportInBrowser, DrawsEveryPicture) {
  const std::string dom = rendered(report_html(synthetic_results()));
  EXPECT_EQ(occurrences(dom, "<svg"), 5U);
  EXPECT_EQ(occurrences(dom, "<g class=\"design\""), 3U);
  EXPECT_THAT(dom, HasSubstr("FP32, same code: 89.40 %"));
  EXPECT_THAT(dom, HasSubstr("<title>lean, bin adder tree: 3.90 (50.0 %)</title>"));
  EXPECT_THAT(dom,
              HasSubstr("<title>lean, no row of A in the stationary registers: 20,000 (16.2 %)</title>"));
  EXPECT_THAT(dom, HasSubstr("<title>sorted: 89.1 %, 46.5 pJ per MAC, 25.5 mm²</title>"));
}

/// Fill colours of the bars whose tooltip begins with `title`.
std::vector<std::string> colours(const std::string& dom, const std::string& title) {
  std::vector<std::string> found;
  const std::regex bar("fill=\"(#[0-9a-f]{6})\"><title>" + title);
  for (std::sregex_iterator it(dom.begin(), dom.end(), bar), end; it != end; ++it) found.push_back((*it)[1]);
  return found;
}

TEST(ReportInBrowser, AUnitHasOneColourInAreaAndEnergyAndNoOtherUnitHasIt) {
  Results results = synthetic_results();
  for (DesignReport& design : results.designs) {
    std::reverse(design.energy_per_mac_by_unit.begin(), design.energy_per_mac_by_unit.end());
  }
  const std::string dom = rendered(report_html(results));
  const auto tree = colours(dom, "lean, bin adder tree"), multiplier = colours(dom, "lean, lns multiplier");
  ASSERT_EQ(tree.size(), 2U);
  ASSERT_EQ(multiplier.size(), 2U);
  EXPECT_EQ(tree[0], tree[1]);
  EXPECT_EQ(multiplier[0], multiplier[1]);
  EXPECT_NE(tree[0], multiplier[0]);
}

TEST(ReportInBrowser, DrawsWhatThereIsOfAFailedDesign) {
  Results results = synthetic_results();
  results.designs.resize(1);
  results.designs[0].values[1].value.reset();
  results.designs[0].energy_per_mac_by_unit.clear();
  results.reference.reset();
  EXPECT_EQ(occurrences(rendered(report_html(results)), "<svg"), 3U);
}

}  // namespace
}  // namespace napier::explore
