#include <gmock/gmock.h>

#include <filesystem>
#include <sstream>

#include "models/base/files.hpp"
#include "tests/cli/run_napier.hpp"

namespace napier::cli {
namespace {

using testing::HasSubstr;

class Verb : public testing::TestWithParam<const char*> {};

TEST_P(Verb, HelpHasAnExampleWhoseConfigurationFilesExist) {
  const Output help = run_napier({GetParam(), "--help"});
  EXPECT_EQ(help.exit_code, 0);
  const std::size_t at = help.text.find("Example: napier " + std::string(GetParam()));
  ASSERT_NE(at, std::string::npos) << help.text;
  std::istringstream words(help.text.substr(at));
  for (std::string word; words >> word;) {
    if (!word.starts_with("configs/")) continue;
    EXPECT_TRUE(std::filesystem::exists(std::filesystem::path(NAPIER_SOURCE_DIR) / word)) << word;
  }
}

TEST_P(Verb, IsDocumented) {
  EXPECT_THAT(read_file(NAPIER_SOURCE_DIR "/docs/cli.md"), HasSubstr("`napier " + std::string(GetParam())));
}

TEST_P(Verb, UnknownOptionIsBadUsage) {
  EXPECT_EQ(run_napier({GetParam(), "--no-such-option"}).exit_code, 2);
}

INSTANTIATE_TEST_SUITE_P(All, Verb,
                         testing::Values("train", "trace", "sim", "rtl", "verify", "synth", "study", "sweep",
                                         "report", "explain", "bench", "convert", "dump", "measure"));

TEST(Program, UnknownVerbIsBadUsage) { EXPECT_EQ(run_napier({"swep"}).exit_code, 2); }

TEST(Program, NoVerbIsBadUsage) { EXPECT_EQ(run_napier({}).exit_code, 2); }

TEST(Program, ReportOfAForeignFolderSaysWhatToName) {
  const Output result = run_napier({"report", NAPIER_SOURCE_DIR});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.text, HasSubstr("name the folder that 'napier sweep ... -o' was given"));
}

}  // namespace
}  // namespace napier::cli
