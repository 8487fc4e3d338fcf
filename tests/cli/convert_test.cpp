#include <gmock/gmock.h>

#include "models/base/files.hpp"
#include "tests/cli/run_napier.hpp"
#include "tests/models/synthetic_log.hpp"

namespace napier::cli {
namespace {

using testing::HasSubstr;

const std::string kDesign = NAPIER_SOURCE_DIR "/configs/designs/lns8_paper_tiny.yaml";
const std::string kValues = NAPIER_SOURCE_DIR "/docs/examples/values.csv";

class Convert : public testing::Test {
 protected:
  Output convert(const std::filesystem::path& input, const std::string& output,
                 const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{"convert", input.string(), "--design",
                                       kDesign,   "-o",           (folder_ / output).string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_napier(arguments);
  }
  void refused(const Output& result, const std::string& message) {
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.text, HasSubstr(message));
  }
  test::TemporaryFolder folder_;
};

TEST_F(Convert, GoesThereAndBackAndTellsWhatWasLost) {
  const Output there = convert(kValues, "words.npz");
  EXPECT_EQ(there.exit_code, 0);
  EXPECT_THAT(there.text,
              HasSubstr("values                  [2][3]                13           0           0"));
  EXPECT_EQ(convert(folder_ / "words.npz", "back.csv", {"--to", "values"}).exit_code, 0);
  EXPECT_EQ(read_file(folder_ / "back.csv"), "0.5,-0.125,3.0844216\n0,0.0009765625,-1.6817929\n");
}

TEST_F(Convert, AFileOfOneArrayHoldsTheWordsAndWantsTheScaleBack) {
  EXPECT_EQ(convert(kValues, "words.csv", {"--scale", "13"}).exit_code, 0);
  EXPECT_EQ(read_file(folder_ / "words.csv"), "106,218,127\n0,34,248\n");
  refused(convert(folder_ / "words.csv", "back.csv", {"--to", "values"}), "give it with --scale");
  EXPECT_EQ(convert(folder_ / "words.csv", "back.csv", {"--to", "values", "--scale", "13"}).exit_code, 0);
}

TEST_F(Convert, RefusesBadInputWithExitCode2AndWritesNothing) {
  write_file(folder_ / "nan.csv", "1,2\n3,nan\n");
  refused(convert(folder_ / "nan.csv", "x.npz"), "element [1][1] of array 'nan'");
  refused(convert(folder_ / "none.csv", "x.npz"), "none.csv");
  refused(convert(kValues, "x.mat"), "has none of the endings");
  refused(convert(kValues, "x.npz", {"--to", "codes"}), "codes");
  refused(convert(kValues, "x.npz", {"--scale", "1e3"}), "--scale");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "x.npz"));
}

TEST_F(Convert, DumpRefusesWhatIsNoTrace) {
  refused(run_napier({"dump", kValues, "-o", (folder_ / "x.npz").string()}), "values.csv");
  refused(run_napier({"dump", kValues, "-o", (folder_ / "x.mat").string()}), "has none of the endings");
}

}  // namespace
}  // namespace napier::cli
