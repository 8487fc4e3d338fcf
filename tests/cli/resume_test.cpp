// A full disk and Ctrl-C: no half-written file, and the same command then gives what an undisturbed one
// gives.
#include <gmock/gmock.h>

#include <algorithm>
#include <array>

#include "tests/cli/workplace.hpp"

namespace napier::cli {
namespace {

using testing::HasSubstr;
using Words = std::vector<std::string>;

constexpr const char* kOut = "out";

struct Command {
  std::string name;
  Words arguments;  // results go to the folder kOut
};

void PrintTo(const Command& command, std::ostream* out) { *out << command.name; }

const std::vector<Command> kCommands = {
    {"train", {"train", "e.yaml", "--trace", "out/trace.h5", "-o", kOut}},
    {"rtl", {"rtl", "d.yaml", "--trace", "t.h5", "-o", kOut}},
    {"sim",
     {"sim", "d.yaml", "--trace", "t.h5", "--stalls", "80", "--vcd", "out/w.vcd", "--handshake-log", "-o",
      kOut}},
};

class Disturbed : public testing::TestWithParam<Command> {
 protected:
  Disturbed() {
    constexpr std::array<Shape, 1> kShapes = {{{96, 96, 32}}};
    workplace_.add_trace(kShapes);
  }

  /// The results of the command left alone; the folder is gone again.
  test::Listing straight() {
    const test::Ending result = workplace_.run(GetParam().arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    test::Listing results = workplace_.results(kOut);
    std::filesystem::remove_all(workplace_ / kOut);
    return results;
  }

  void expect_no_temporary_file() {
    for (const auto& [name, content] : workplace_.files(kOut)) {
      EXPECT_THAT(name, testing::Not(HasSubstr(".tmp")));
    }
  }

  Workplace workplace_;
};

using FullDisk = Disturbed;

TEST_P(FullDisk, LeavesWholeFilesOnlyAndTheSameCommandContinues) {
  const test::Listing whole = straight();
  std::size_t largest = 0;
  for (const auto& [name, content] : whole) largest = std::max(largest, content.size());
  for (const std::size_t limit : {std::size_t{64}, std::size_t{2000}, largest / 2, largest - 1}) {
    const test::Ending full = workplace_.run(GetParam().arguments, {.file_bytes = limit});
    EXPECT_EQ(full.exit_code, 2) << limit;
    EXPECT_THAT(full.err, HasSubstr("cannot write"));
    EXPECT_THAT(full.err, HasSubstr("File too large"));
    EXPECT_THAT(full.err, HasSubstr("disk"));
    expect_no_temporary_file();
    const test::Ending again = workplace_.run(GetParam().arguments);
    EXPECT_EQ(again.exit_code, 0) << limit << again.err;
    EXPECT_TRUE(workplace_.results(kOut) == whole) << "with " << limit << " bytes a file";
    std::filesystem::remove_all(workplace_ / kOut);
  }
}

INSTANTIATE_TEST_SUITE_P(All, FullDisk, testing::ValuesIn(kCommands),
                         [](const auto& test) { return test.param.name; });

using CtrlC = Disturbed;

TEST_P(CtrlC, ThenTheSameCommandContinues) {
  const test::Listing whole = straight();
  const auto begun = [this] { return std::filesystem::exists(workplace_ / "out/.napier"); };
  const test::Ending stopped = workplace_.run(GetParam().arguments, {.interrupt_when = begun});
  EXPECT_EQ(stopped.exit_code, 130) << stopped.err;
  EXPECT_THAT(stopped.err, HasSubstr("the same command continues"));
  expect_no_temporary_file();
  const test::Ending again = workplace_.run(GetParam().arguments);
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_TRUE(workplace_.results(kOut) == whole);
}

INSTANTIATE_TEST_SUITE_P(Long, CtrlC, testing::Values(kCommands[0], kCommands[2]),
                         [](const auto& test) { return test.param.name; });

/// napier synth keeps what its tools wrote: a part of a file must never be taken for the whole.
TEST(SynthDisturbed, GivesTheSameReportAfterAFullDiskAndAfterCtrlC) {
  const Workplace workplace;
  write_file(workplace / "int8.yaml", read_file(NAPIER_SOURCE_DIR "/configs/designs/int8_tiny.yaml"));
  const auto synth = [&](const std::string& folder, const test::Circumstances& how) {
    return workplace.run({"synth", "int8.yaml", "-o", folder}, how);
  };
  const auto report = [&](const std::string& folder) {
    return read_file(workplace / (folder + "/synth.json")) + read_file(workplace / (folder + "/synth.csv"));
  };
  ASSERT_EQ(synth("straight", {}).exit_code, 0);

  for (const rlim_t limit : {20000, 100000}) {
    const test::Ending full = synth("full", {.file_bytes = limit});
    EXPECT_EQ(full.exit_code, 3) << full.err;
    EXPECT_THAT(full.err, HasSubstr("free disk space and run the same command again"));
    EXPECT_FALSE(std::filesystem::exists(workplace / "full/synth.json"));
  }
  EXPECT_EQ(synth("full", {}).exit_code, 0);
  EXPECT_EQ(report("full"), report("straight"));

  const auto first_unit_done = [&] {
    return std::filesystem::exists(workplace / "stopped/cache/vector_lanes/synthesis.stamp");
  };
  EXPECT_EQ(synth("stopped", {.interrupt_when = first_unit_done}).exit_code, 130);
  EXPECT_FALSE(std::filesystem::exists(workplace / "stopped/synth.json"));
  EXPECT_EQ(synth("stopped", {}).exit_code, 0);
  EXPECT_EQ(report("stopped"), report("straight"));
}

}  // namespace
}  // namespace napier::cli
