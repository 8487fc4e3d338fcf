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

class SimCommand : public testing::Test {
 protected:
  SimCommand() {
    constexpr std::array<Shape, 2> kShapes = {{{9, 5, 7}, {4, 3, 8}}};
    trace_ = random_trace(test::small_lns(), kShapes, 4);
    write_trace(trace_, folder_ / "t.h5");
    write_file(folder_ / "d.yaml", resolved_yaml(trace_.design));
  }
  Output sim(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"sim",     (folder_ / "d.yaml").string(),
                                          "--trace", (folder_ / "t.h5").string(),
                                          "-o",      (folder_ / "out").string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_napier(arguments);
  }
  test::TemporaryFolder folder_;
  Trace trace_;
};

TEST_F(SimCommand, WritesItsRunDirectory) {
  const Output result = sim({"--vcd", (folder_ / "w.vcd").string(), "--from", "3", "--to", "9", "--stalls",
                             "10", "--seed", "5", "--handshake-log"});
  EXPECT_EQ(result.exit_code, 0) << result.text;
  EXPECT_THAT(result.text, HasSubstr("words equal to the trace"));
  for (const char* file : {"stats.json", "stats.txt", "events.csv", "cycles.csv", "resolved.yaml", "run.json",
                           "handshake.log"}) {
    EXPECT_TRUE(std::filesystem::exists(folder_ / "out" / file)) << file;
  }
  EXPECT_THAT(read_file(folder_ / "w.vcd"), HasSubstr("$enddefinitions"));
  EXPECT_EQ(sim().exit_code, 0);  // its own folder is used again
}

TEST_F(SimCommand, WritesWhatIsAskedForAndRemovesWhatIsNot) {
  const std::vector<std::string> files = {"tiles.json", "record_events.csv", "roofline.svg"};
  const Output result = sim({"--tiles", "5", "--record-events", "--roofline", "--vcd",
                             (folder_ / "w.vcd").string(), "--gtkw", (folder_ / "w.gtkw").string()});
  EXPECT_EQ(result.exit_code, 0) << result.text;
  for (const std::string& file : files) EXPECT_TRUE(std::filesystem::exists(folder_ / "out" / file)) << file;
  EXPECT_THAT(read_file(folder_ / "out" / "roofline.svg"), HasSubstr("</svg>"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "w.gtkw"));
  ASSERT_EQ(sim().exit_code, 0);
  for (const std::string& file : files) EXPECT_FALSE(std::filesystem::exists(folder_ / "out" / file)) << file;
  EXPECT_EQ(sim({"--gtkw", (folder_ / "w.gtkw").string()}).exit_code, 2);
}

TEST_F(SimCommand, SaysWhereTheTraceDiffers) {
  write_trace(with_flipped_bit(trace_, GoldenField::kOut, 0, 7, 1), folder_ / "t.h5");
  const Output result = sim();
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.text, HasSubstr("post_processor, channel out"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out" / "stats.json"));
}

TEST_F(SimCommand, TimesWithoutValuesAsWithThem) {
  ASSERT_EQ(sim({"--stalls", "30", "--seed", "8"}).exit_code, 0);
  const std::string expected = read_file(folder_ / "out" / "cycles.csv");
  write_trace(with_flipped_bit(trace_, GoldenField::kOut, 0, 7, 1), folder_ / "t.h5");
  const Output result = sim({"--timing-only", "--stalls", "30", "--seed", "8"});
  EXPECT_EQ(result.exit_code, 0) << result.text;  // no value is looked at
  EXPECT_THAT(result.text, HasSubstr("no value was carried or checked"));
  EXPECT_EQ(read_file(folder_ / "out" / "cycles.csv"), expected);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out" / "events.csv"));
  EXPECT_EQ(sim({"--timing-only", "--handshake-log"}).exit_code, 2);
  EXPECT_EQ(sim({"--timing-only", "--vcd", (folder_ / "w.vcd").string()}).exit_code, 2);
  trace_.design.array.elements = 2;
  write_file(folder_ / "d.yaml", resolved_yaml(trace_.design));
  EXPECT_EQ(sim({"--timing-only"}).exit_code, 2);
}

TEST_F(SimCommand, RefusesBadInputWithExitCode2) {
  EXPECT_EQ(sim({"--stalls", "100"}).exit_code, 2);
  EXPECT_EQ(sim({"--from", "3"}).exit_code, 2);
  EXPECT_EQ(sim({"--vcd", (folder_ / "w.vcd").string(), "--from", "3", "--to", "2"}).exit_code, 2);
  Design other = trace_.design;
  other.pipeline.reduce = 2;
  write_file(folder_ / "d.yaml", resolved_yaml(other));
  const Output result = sim();
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.text, HasSubstr("pipeline.reduce"));
  write_file(folder_ / "t.h5", "not a trace");
  EXPECT_EQ(sim().exit_code, 2);
}

TEST_F(SimCommand, LeavesAForeignFolderAlone) {
  write_file(folder_ / "out" / "mine.txt", "text");
  EXPECT_EQ(sim().exit_code, 2);
}

TEST_F(SimCommand, RunsAnAccelerator) {
  trace_.design.array.elements = 2;
  trace_ = random_trace(trace_.design, std::array<Shape, 1>{{{9, 5, 7}}}, 4);
  write_trace(trace_, folder_ / "t.h5");
  write_file(folder_ / "d.yaml", resolved_yaml(trace_.design));
  const Output result =
      sim({"--stalls", "10", "--handshake-log", "--tiles", "9", "--record-events", "--roofline"});
  EXPECT_EQ(result.exit_code, 0) << result.text;
  for (const char* file : {"stats.json", "traffic.csv", "tiles.json", "record_events.csv", "roofline.svg",
                           "cycles.csv", "events.csv", "handshake.log", "handshake.element_1.log"}) {
    EXPECT_TRUE(std::filesystem::exists(folder_ / "out" / file)) << file;
  }
  EXPECT_THAT(read_file(folder_ / "out" / "stats.txt"), HasSubstr("element_1.cause.wait_memory"));
  const Output waves = sim({"--vcd", (folder_ / "w.vcd").string()});
  EXPECT_EQ(waves.exit_code, 2);
  EXPECT_THAT(waves.text, HasSubstr("--vcd shows one bare element"));
}

TEST(SimCommandHelp, ShowsAnExample) {
  EXPECT_THAT(run_napier({"sim", "--help"}).text, HasSubstr("Example: napier sim"));
}

}  // namespace
}  // namespace napier::cli
