// SystemC == generated Verilog == golden trace, in every cycle.
#include <gtest/gtest.h>

#include "explore/verification.hpp"
#include "rtl-gen/emit_design.hpp"
#include "tests/cosim/cosim.hpp"

namespace napier::explore {
namespace {

using test::Folder;
using test::small_trace;

class Verify : public testing::TestWithParam<std::size_t> {};

TEST_P(Verify, HoldsInEveryCycle) {
  const Design design = rtl::test::spread()[GetParam()];
  const Trace trace = small_trace(design);
  Folder folder;
  const VerifyResult first = verify(design, trace, folder.path(), {});
  EXPECT_EQ(first.difference, "");
  EXPECT_EQ(first.systemc_cycles, first.verilog_cycles);
  EXPECT_GT(first.golden_words, 0);

  VerifyOptions stalled;
  stalled.stall_percent = 40;
  stalled.stall_seed = 7;
  const VerifyResult second = verify(design, trace, folder.path(), stalled);
  EXPECT_TRUE(second.model_reused);
  EXPECT_EQ(second.difference, "");
  EXPECT_GT(second.systemc_cycles, first.systemc_cycles);
}

std::string design_name(const testing::TestParamInfo<std::size_t>& info) {
  return rtl::test::spread()[info.param].name;
}

INSTANTIATE_TEST_SUITE_P(Spread, Verify, testing::Range(std::size_t{0}, rtl::test::spread().size()),
                         design_name);

}  // namespace
}  // namespace napier::explore
