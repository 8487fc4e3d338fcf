#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/cli/run_napier.hpp"

namespace napier::cli {
namespace {

using testing::HasSubstr;

TEST(BenchCommand, GivesRowsOfTheSimulatorAsJson) {
  const Output result = run_napier({"bench", "sim", "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.text;
  const nlohmann::json rows = nlohmann::json::parse(result.text);
  ASSERT_FALSE(rows.empty());
  for (const nlohmann::json& row : rows) {
    EXPECT_GT(row.at("value").get<double>(), 0.0);
    EXPECT_FALSE(row.at("name").get<std::string>().empty());
    EXPECT_FALSE(row.at("unit").get<std::string>().empty());
    EXPECT_EQ(row.contains("against"), row.contains("ratio"));
  }
  EXPECT_EQ(rows.back().at("name"), "systemc_32x32.cycles");
  EXPECT_EQ(rows.back().at("against"), "scalar_loop.cycles");
}

TEST(BenchCommand, AsksForWhatToMeasure) { EXPECT_EQ(run_napier({"bench"}).exit_code, 2); }

}  // namespace
}  // namespace napier::cli
