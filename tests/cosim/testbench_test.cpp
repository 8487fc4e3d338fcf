// The emitted testbench under Icarus: passes on the trace's words, fails on a flipped bit.
#include "rtl-gen/testbench.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/base/process.hpp"
#include "models/stimulus/stimulus.hpp"
#include "models/trace/trace_check.hpp"
#include "rtl-gen/emit_design.hpp"
#include "rtl-gen/flow.hpp"
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
  std::vector<rtl::EmittedFile> files = rtl::emit_design(design);
  for (const auto& more :
       {rtl::emit_flow(design, files), rtl::emit_testbench(design, make_stimulus(trace))}) {
    files.insert(files.end(), more.begin(), more.end());
  }
  for (const rtl::EmittedFile& file : files) write_file(folder.path() / file.path, file.text);
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

INSTANTIATE_TEST_SUITE_P(Tiny, Testbench, testing::Values("lns8_paper_tiny", "lns8_lean_tiny", "int8_tiny"),
                         [](const auto& tested) { return std::string(tested.param); });

}  // namespace
}  // namespace napier::explore
