#include <gmock/gmock.h>

#include <array>
#include <filesystem>

#include "models/design/design_file.hpp"
#include "models/trace/reference.hpp"
#include "models/trace/trace_check.hpp"
#include "tests/cli/run_napier.hpp"
#include "tests/models/small_designs.hpp"
#include "tests/models/synthetic_log.hpp"

namespace napier::cli {
namespace {

using testing::HasSubstr;

class TraceCommand : public testing::Test {
 protected:
  TraceCommand() {
    constexpr std::array<Shape, 2> kShapes = {{{9, 5, 7}, {4, 3, 8}}};
    trace_ = random_trace(test::small_lns(), kShapes, 4);
    trace_.gemms[0].saturations = 17;
    write_trace(trace_, file_);
  }
  test::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "t.h5";
  Trace trace_;
};

TEST_F(TraceCommand, ShowsRecords) {
  const Output result = run_napier({"trace", file_.string()});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.text, HasSubstr("t.h5, whole and unaltered\n"));
  EXPECT_THAT(result.text, HasSubstr("design      small_lns, sha256 " + trace_.design_digest));
  EXPECT_THAT(result.text, HasSubstr("  no    step  layer  pass                 m       n       k  with\n"
                                     "   0       0      0  forward              9       5       7  bias relu "
                                     "saturations:17\n"
                                     "   1       0      1  input gradient       4       3       8  mask\n"));
  EXPECT_THAT(result.text, HasSubstr("  no    step  layer  weights\n   0       0      0       63\n"));
}

TEST_F(TraceCommand, PrintsTheDesign) {
  const Output result = run_napier({"trace", "--design", file_.string()});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.text, resolved_yaml(trace_.design));
}

TEST_F(TraceCommand, RefusesBadFilesWithExitCode2) {
  const std::string content = read_file(file_);
  write_file(file_, content.substr(0, content.size() / 2));
  Output result = run_napier({"trace", file_.string()});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.text, HasSubstr("is truncated"));
  std::string altered = content;
  altered[content.size() / 2] ^= 0x10;
  write_file(file_, altered);
  result = run_napier({"trace", file_.string()});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.text, HasSubstr("was altered"));
  result = run_napier({"trace", "nowhere.h5"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.text, HasSubstr("cannot be read"));
  EXPECT_EQ(run_napier({"trace"}).exit_code, 2);
}

TEST_F(TraceCommand, HelpShowsAnExample) {
  EXPECT_THAT(run_napier({"trace", "--help"}).text, HasSubstr("Example: napier trace "));
}

}  // namespace
}  // namespace napier::cli
