// napier rtl as a user runs it.
#include <gmock/gmock.h>

#include <array>
#include <filesystem>

#include "models/design/design_file.hpp"
#include "models/trace/reference.hpp"
#include "tests/cli/run_napier.hpp"
#include "tests/models/synthetic_log.hpp"

namespace napier::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class RtlCommand : public testing::Test {
 protected:
  RtlCommand() {
    constexpr std::array<Shape, 2> kShapes = {{{9, 5, 7}, {4, 3, 8}}};
    write_trace(random_trace(read_design(design_), kShapes, 4), trace_);
  }
  Output rtl(const std::string& folder, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"rtl", design_, "-o", (folder_ / folder).string()});
    return run_napier(more);
  }

  const std::string design_ = std::string(NAPIER_SOURCE_DIR) + "/configs/designs/int8_tiny.yaml";
  test::TemporaryFolder folder_;
  const fs::path trace_ = folder_ / "t.h5";
};

TEST_F(RtlCommand, WritesVerilogAndItsFlow) {
  const Output result = rtl("out");
  ASSERT_EQ(result.exit_code, 0) << result.text;
  EXPECT_THAT(result.text, HasSubstr("files of design 'int8_tiny'"));
  for (const char* file : {"rtl/napier_processing_element.sv", "napier.f", "napier.core", "PORTS.md",
                           "synth/check.ys", "synth/processing_element.sdc"}) {
    EXPECT_TRUE(fs::exists(folder_ / "out" / file)) << file;
  }
  EXPECT_FALSE(fs::exists(folder_ / "out" / "tb"));
  EXPECT_EQ(rtl("out").exit_code, 0);  // its own folder is used again
}

TEST_F(RtlCommand, ATraceAddsTestbenchAndVectors) {
  const Output result = rtl("out", {"--trace", trace_.string()});
  ASSERT_EQ(result.exit_code, 0) << result.text;
  EXPECT_THAT(read_file(folder_ / "out" / "tb/tb_processing_element.sv"), HasSubstr("PASS"));
  for (const char* channel : {"job", "a_fill", "b_fill", "bias", "mask", "out"}) {
    const fs::path file = folder_ / "out" / "tb/vectors" / (std::string(channel) + ".hex");
    ASSERT_TRUE(fs::exists(file)) << file;
    EXPECT_GT(fs::file_size(file), 0U) << file;
  }
}

TEST_F(RtlCommand, RefusesBadInputWithExitCode2) {
  EXPECT_EQ(run_napier({"rtl", design_}).exit_code, 2);
  EXPECT_EQ(run_napier({"rtl", "no/such.yaml", "-o", (folder_ / "out").string()}).exit_code, 2);
  const std::string fp32 = std::string(NAPIER_SOURCE_DIR) + "/configs/designs/fp32.yaml";
  EXPECT_EQ(run_napier({"rtl", fp32, "-o", (folder_ / "out").string()}).exit_code, 2);

  Design other = read_design(design_);
  other.pipeline.reduce += 1;
  write_file(folder_ / "other.yaml", resolved_yaml(other));
  const Output result = run_napier({"rtl", (folder_ / "other.yaml").string(), "--trace", trace_.string(),
                                    "-o", (folder_ / "out").string()});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.text, HasSubstr("pipeline.reduce"));
  EXPECT_FALSE(fs::exists(folder_ / "out"));
}

TEST_F(RtlCommand, LeavesAForeignFolderAlone) {
  write_file(folder_ / "out" / "mine.txt", "text");
  EXPECT_EQ(rtl("out").exit_code, 2);
  EXPECT_FALSE(fs::exists(folder_ / "out" / "napier.f"));
}

TEST_F(RtlCommand, RefusesAFolderThatCannotBeMade) {
  write_file(folder_ / "file", "text");
  EXPECT_EQ(rtl("file/out").exit_code, 2);
}

}  // namespace
}  // namespace napier::cli
