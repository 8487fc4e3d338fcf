// A study with the real program, as a user runs it.
#include <gmock/gmock.h>

#include "tests/cli/run_napier.hpp"
#include "tests/explore/fake_stages.hpp"

namespace napier::cli {
namespace {

using explore::Scratch;
using testing::HasSubstr;

const std::string kSmoke = NAPIER_SOURCE_DIR "/configs/studies/smoke.yaml";

TEST(Study, TrainsTheSmokeStudyOnceAndMakesItsTables) {
  const Scratch folder;
  const std::string out = folder.path() / "out";
  const Output first = run_napier({"study", kSmoke, "-o", out, "--jobs", "2"});
  EXPECT_EQ(first.exit_code, 0) << first.text;
  EXPECT_THAT(first.text, HasSubstr("[10 of 10 stages]"));
  const std::string table = read_file(out + "/table.md");
  EXPECT_THAT(table, testing::StartsWith("| Term bits | Madam | FP32 SGD |\n"));

  const Output again = run_napier({"study", kSmoke, "-o", out, "--threads", "2"});
  EXPECT_EQ(again.exit_code, 0) << again.text;
  EXPECT_THAT(again.text, HasSubstr("FP32, seed 2: train was done before  [10 of 10 stages]"));

  std::filesystem::remove(out + "/table.md");
  EXPECT_EQ(run_napier({"report", out}).exit_code, 0);
  EXPECT_EQ(read_file(out + "/table.md"), table);
}

TEST(Study, BadInputIsToldWithItsPlace) {
  const Scratch folder;
  const std::string study = folder.path() / "study.yaml";
  write_file(study,
             "experiment: " NAPIER_SOURCE_DIR
             "/configs/experiments/fashion_mlp_tiny.yaml\naxes:\n  - {key: datapath.terms, values: [8]}\n");
  const Output unknown = run_napier({"study", study, "-o", folder.path() / "out"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.text, HasSubstr("study.yaml:3:11: key 'datapath.terms' is neither a design's"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "out"));
  EXPECT_EQ(run_napier({"study", kSmoke, "-o", folder.path()}).exit_code, 2);  // holds study.yaml
}

}  // namespace
}  // namespace napier::cli
