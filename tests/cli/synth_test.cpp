// napier synth as a user runs it: bad input and missing tools.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/cli/run_napier.hpp"
#include "tests/support/temporary_folder.hpp"

namespace napier::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class SynthCommand : public testing::Test {
 protected:
  const fs::path source_ = NAPIER_SOURCE_DIR;
  const std::string design_ = (source_ / "configs/designs/int8_tiny.yaml").string();
  const napier::test::TemporaryFolder temporary_;
  const fs::path& folder_ = temporary_.path();
};

TEST_F(SynthCommand, HelpShowsARunnableExample) {
  const Output result = run_napier({"synth", "--help"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.text, HasSubstr("Example: napier synth configs/designs/"));
}

TEST_F(SynthCommand, AReplacementOfNothingEndsWithCode2) {
  write_file(folder_ / "napier_adder.sv", "module napier_adder; endmodule\n");
  for (const char* name : {"napier_adder.sv", "napier_queue.sv"}) {  // no such module, no such file
    const Output result = run_napier(
        {"synth", design_, "--replace", (folder_ / name).string(), "-o", (folder_ / "out").string()});
    EXPECT_EQ(result.exit_code, 2) << result.text;
    EXPECT_THAT(result.text, HasSubstr(name));
    EXPECT_FALSE(fs::exists(folder_ / "out"));
  }
}

TEST_F(SynthCommand, AMissingToolEndsWithCode3AndNamesThePackage) {
  const std::string path = std::getenv("PATH");
  setenv("PATH", folder_.c_str(), 1);
  const Output result = run_napier({"synth", design_, "-o", (folder_ / "out").string()});
  setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.text, HasSubstr("apt-get install yosys"));
  EXPECT_FALSE(fs::exists(folder_ / "out/synth.json"));
}

TEST_F(SynthCommand, AMissingLibraryEndsWithCode2AndNamesThePackage) {
  write_file(folder_ / "t.yaml",
             "package: some-cells\nliberty: nowhere.lib\nnand2: NAND\ndriver: INV\nwire_source: none\n");
  const Output result = run_napier(
      {"synth", design_, "--technology", (folder_ / "t.yaml").string(), "-o", (folder_ / "out").string()});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.text, HasSubstr("apt-get install some-cells"));
}

TEST_F(SynthCommand, ForeignFoldersTracesAndDesignsEndWithCode2) {
  write_file(folder_ / "out/letter.txt", "mine");
  EXPECT_EQ(run_napier({"synth", design_, "-o", (folder_ / "out").string()}).exit_code, 2);
  write_file(folder_ / "t.h5", "no trace");
  EXPECT_EQ(
      run_napier({"synth", design_, "--trace", (folder_ / "t.h5").string(), "-o", (folder_ / "o2").string()})
          .exit_code,
      2);
  EXPECT_EQ(
      run_napier({"synth", (source_ / "configs/designs/fp32.yaml").string(), "-o", (folder_ / "o3").string()})
          .exit_code,
      2);
}

}  // namespace
}  // namespace napier::cli
