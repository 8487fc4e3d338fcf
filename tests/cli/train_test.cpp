// napier train and napier bench kernels as their users meet them.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "models/base/files.hpp"
#include "tests/cli/run_napier.hpp"

namespace napier::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const std::string kExperiments = std::string(NAPIER_SOURCE_DIR) + "/configs/experiments/";

class Train : public testing::Test {
 protected:
  void TearDown() override { fs::remove_all(folder_); }
  fs::path folder_ = fs::path(testing::TempDir()) / ("train_cli_" + std::to_string(getpid()));
};

TEST_F(Train, TinyExperimentLearnsAndWritesItsTrace) {
  const std::string trace = (folder_ / "trace.h5").string();
  const Output result = run_napier(
      {"train", kExperiments + "fashion_mlp_tiny.yaml", "-o", (folder_ / "run").string(), "--trace", trace});
  ASSERT_EQ(result.exit_code, 0) << result.text;
  EXPECT_TRUE(fs::exists(trace));
  const auto statistics = nlohmann::json::parse(read_file(folder_ / "run" / "stats.json"));
  EXPECT_EQ(statistics[0]["name"], "test_accuracy_percent");
  EXPECT_GT(statistics[0]["value"].get<double>(), 40);  // ten classes: guessing gives 10
}

TEST_F(Train, DesignOptionReplacesTheDesign) {
  const std::string design = std::string(NAPIER_SOURCE_DIR) + "/configs/designs/int8_tiny.yaml";
  const Output result = run_napier(
      {"train", kExperiments + "fashion_mlp_tiny.yaml", "--design", design, "-o", folder_.string()});
  ASSERT_EQ(result.exit_code, 0) << result.text;
  EXPECT_THAT(read_file(folder_ / "design.yaml"), HasSubstr("name: int8_tiny"));
}

TEST_F(Train, BadUsageIsExitCodeTwo) {
  EXPECT_EQ(run_napier({"train", kExperiments + "fashion_mlp_tiny.yaml"}).exit_code, 2);
  EXPECT_EQ(run_napier({"train", "no/such.yaml", "-o", folder_.string()}).exit_code, 2);
  EXPECT_EQ(
      run_napier({"train", kExperiments + "fashion_mlp_tiny.yaml", "-o", folder_.string(), "--threads", "-1"})
          .exit_code,
      2);
}

TEST(BenchKernels, RowsCompareWithOpenBlas) {
  const Output result = run_napier({"bench", "kernels", "--rounds", "1", "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.text;
  const auto rows = nlohmann::json::parse(result.text);
  EXPECT_THAT(rows[0]["name"].get<std::string>(), testing::StartsWith("sgemm/openblas/"));
  EXPECT_EQ(rows[1]["against"], rows[0]["name"]);
  EXPECT_GT(rows[1]["value"].get<double>(), 0);
}

}  // namespace
}  // namespace napier::cli
