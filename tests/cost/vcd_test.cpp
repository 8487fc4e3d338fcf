// Value change dumps: toggles counted by hand, and refusal of what is no dump.
#include "cost/power/vcd.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "tests/support/temporary_folder.hpp"

namespace napier::cost {
namespace {

class Vcd : public testing::Test {
 protected:
  static std::string dump(const std::string& body) {
    return "$date today $end\n$version\n hand\n$end\n$timescale\n\t10ps\n$end\n$scope module dut $end\n"
           "$var wire 1 ! a $end\n$var wire 1 \" b $end\n$var wire 4 # bus [3:0] $end\n"
           "$var wire 1 $ other $end\n$upscope $end\n$enddefinitions $end\n" +
           body;
  }
  std::string error_of(const std::string& text) {
    write_file(file_, text);
    try {
      read_vcd(file_, signals_, [](std::int64_t, int, std::uint8_t) {});
    } catch (const ToolError& e) {
      return e.what();
    }
    return "no error";
  }

  const napier::test::TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_ / "run.vcd";
  const std::map<std::string, std::vector<int>> signals_ = {
      {"a", {10}}, {"b", {11}}, {"bus", {20, 21, 22, 23}}};
};

TEST_F(Vcd, CountsTogglesInAWindow) {
  write_file(file_, dump("#0\n$dumpvars\nx!\n0\"\nbx #\n0$\n$end\n"
                         "#5\n0!\nb1 #\n"        // from unknown: no toggle; bus = 0001
                         "#10\n1!\n1\"\n1$\n"    // a, b rise
                         "#12\n0!\nb1010 #\n"    // a falls; bus 0001 -> 1010: bits 0, 1, 3
                         "#15\nx!\nb10 #\n"      // a unknown; bus 1010 -> 0010: bit 3
                         "#20\n1!\n0\"\nb0 #\n"  // at the end of the window: not counted
                         "#30\n"));
  const auto toggles = count_toggles(file_, signals_, 5, 20);
  EXPECT_EQ(toggles.at(10), 2);
  EXPECT_EQ(toggles.at(11), 1);
  EXPECT_EQ(toggles.at(20), 1);
  EXPECT_EQ(toggles.at(21), 1);
  EXPECT_EQ(toggles.at(22), 0);
  EXPECT_EQ(toggles.at(23), 2);
  EXPECT_EQ(count_toggles(file_, signals_, 11, 20).at(10), 1);
}

TEST_F(Vcd, GivesTimescaleAndEnd) {
  write_file(file_, dump("#0\n0!\n#25\n"));
  const VcdSummary s = read_vcd(file_, signals_, [](std::int64_t, int, std::uint8_t) {});
  EXPECT_DOUBLE_EQ(s.timescale_seconds, 1e-11);
  EXPECT_EQ(s.end, 25);
}

TEST_F(Vcd, RefusesWhatIsNoDump) {
  EXPECT_THAT(error_of("hello"), testing::HasSubstr(":1: not a value change dump"));
  EXPECT_THAT(error_of(dump("#0\n?!\n")),
              testing::HasSubstr(":16: not a value change dump: unexpected '?!'"));
  EXPECT_THAT(error_of(dump("#9\n#8\n")), testing::HasSubstr("time runs backwards"));
  EXPECT_THAT(error_of(dump("#one\n")), testing::HasSubstr("a bad time"));
  EXPECT_THAT(error_of(dump("#0\nb10101 #\n")), testing::HasSubstr("too many bits"));
  EXPECT_THAT(error_of("$timescale 1 eon $end\n$enddefinitions $end\n"),
              testing::HasSubstr("unknown timescale"));
}

}  // namespace
}  // namespace napier::cost
