// The emitted scripts under the tools that they are for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cost/technology.hpp"
#include "models/base/process.hpp"
#include "tests/cosim/cosim.hpp"

namespace napier::explore {
namespace {

using testing::HasSubstr;
using testing::Not;

class EmittedFlow : public testing::Test {
 protected:
  EmittedFlow() { test::write_rtl(design_, test::small_trace(design_), folder_.path()); }

  /// What a tool prints, which must end well.
  std::string output_of(const std::vector<std::string>& command) {
    const auto log = folder_.path() / "log";
    std::filesystem::remove(log);
    EXPECT_EQ(run_process(command, folder_.path(), log), 0);
    return read_file(log);
  }

  const Design design_ = test::spread_design("lns4_octaves");
  test::Folder folder_;
};

TEST_F(EmittedFlow, YosysRunsTheCheck) {
  const std::string text = output_of({"yosys", "-s", "synth/check.ys"});
  EXPECT_THAT(text, HasSubstr("Found and reported 0 problems."));
  EXPECT_THAT(text, HasSubstr("=== design hierarchy ==="));
}

TEST_F(EmittedFlow, TheCheckRefusesALatch) {
  const auto file = folder_.path() / "rtl/napier_queue.sv";
  std::string text = read_file(file);
  const auto end = text.find("endmodule");
  ASSERT_NE(end, std::string::npos);
  text.insert(end, "  logic held;\n  always_latch if (push_i) held = data_i[0];\n");
  write_file(file, text);
  const auto log = folder_.path() / "log";
  EXPECT_NE(run_process({"yosys", "-s", "synth/check.ys"}, folder_.path(), log), 0);
  EXPECT_THAT(read_file(log), HasSubstr("ERROR: Assertion failed: selection is not empty: t:$dlatch"));
}

/// The constraints on a mapped netlist: every port but reset is constrained, every register has the clock.
TEST_F(EmittedFlow, OpenStaReadsTheConstraints) {
  const std::string liberty = cost::default_technology().liberty.string();
  output_of({"yosys", "-q", "-p",
             "script synth/check.ys; flatten; dfflibmap -liberty " + liberty + "; abc -liberty " + liberty +
                 "; setundef -zero; splitnets; opt_clean -purge; write_verilog -noattr -noexpr netlist.v"});
  write_file(folder_.path() / "sta.tcl",
             "read_liberty " + liberty +
                 "\nread_verilog netlist.v\nlink_design napier_processing_element\n"
                 "source synth/processing_element.sdc\n"
                 "check_setup -verbose\nreport_checks\n");
  const std::string text = output_of({"sta", "-exit", "-no_splash", "sta.tcl"});
  EXPECT_THAT(text, Not(HasSubstr("Error")));
  EXPECT_THAT(text, HasSubstr("There is 1 input port missing set_input_delay.\n  rst_ni\n"));
  EXPECT_THAT(text, Not(HasSubstr("unconstrained")));
  EXPECT_THAT(text, Not(HasSubstr("unclocked")));
  EXPECT_THAT(text, HasSubstr("data arrival time"));
}

}  // namespace
}  // namespace napier::explore
