// The emitted testbench under Icarus and Verilator: passes on the trace's words, fails on a flipped bit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/base/process.hpp"
#include "models/trace/trace_check.hpp"
#include "tests/cosim/cosim.hpp"

namespace napier::explore {
namespace {

using testing::HasSubstr;

struct Outcome {
  int exit_code;
  std::string output;
};

Outcome run_under_icarus(const Design& design, const Trace& trace) {
  test::Folder folder;
  test::write_rtl(design, trace, folder.path());
  const auto log = folder.path() / "log";
  run_tool({"iverilog", "-g2012", "-s", "tb_processing_element", "-o", "tb.vvp", "-f", "napier.f",
            "tb/tb_processing_element.sv"},
           folder.path(), log);
  const int code = run_process({"vvp", "-N", "tb.vvp"}, folder.path(), log);
  return {code, read_file(log)};
}

class Testbench : public testing::TestWithParam<const char*> {};

TEST_P(Testbench, PassesUnderIcarus) {
  const Design design = rtl::test::shipped(GetParam());
  const Outcome run = run_under_icarus(design, test::small_trace(design));
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("PASS"));
}

TEST_P(Testbench, FailsOnAFlippedBit) {
  const Design design = rtl::test::shipped(GetParam());
  const Outcome run =
      run_under_icarus(design, with_flipped_bit(test::small_trace(design), GoldenField::kOut, 1, 3, 2));
  EXPECT_NE(run.exit_code, 0);
  EXPECT_THAT(run.output, HasSubstr("FAIL"));
}

INSTANTIATE_TEST_SUITE_P(Tiny, Testbench,
                         testing::Values("lns8_paper_tiny", "lns8_lean_tiny", "int8_tiny", "fp8_e4m3_tiny"),
                         [](const auto& tested) { return std::string(tested.param); });

TEST(TestbenchUnderVerilator, PassesOnTheTraceAndFailsOnAFlippedBit) {
  const Design design = test::spread_design("lns4_octaves");
  const Trace trace = test::small_trace(design);
  test::Folder folder;
  const auto run = [&] {
    const auto log = folder.path() / "log";
    std::filesystem::remove(log);
    const std::string program = (folder.path() / "obj_dir/Vtb_processing_element").string();
    const int code = run_process({program}, folder.path(), log);
    return Outcome{code, read_file(log)};
  };
  test::write_rtl(design, trace, folder.path());
  run_tool({"verilator", "--binary", "--timing", "-Wno-fatal", "--top-module", "tb_processing_element", "-f",
            "napier.f", "tb/tb_processing_element.sv"},
           folder.path(), folder.path() / "build.log");
  const Outcome good = run();
  EXPECT_EQ(good.exit_code, 0) << good.output;
  EXPECT_THAT(good.output, HasSubstr("PASS"));

  // The program reads the vectors when it runs: other words need no other build.
  test::write_rtl(design, with_flipped_bit(trace, GoldenField::kOut, 1, 3, 2), folder.path());
  const Outcome bad = run();
  EXPECT_NE(bad.exit_code, 0);
  EXPECT_THAT(bad.output, HasSubstr("FAIL"));
}

}  // namespace
}  // namespace napier::explore
