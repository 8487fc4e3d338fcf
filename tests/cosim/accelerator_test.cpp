// SystemC == generated Verilog == golden trace for an accelerator: every channel around the elements, and
// every channel of every element, in every cycle.
#include <gmock/gmock.h>

#include "explore/verification.hpp"
#include "models/base/files.hpp"
#include "rtl-gen/emit_design.hpp"
#include "tests/cosim/cosim.hpp"

namespace napier::explore {
namespace {

using test::Folder;

Design tiny_array() { return rtl::test::shipped("lns8_array_tiny"); }

/// Several rounds, jobs and groups, and ragged in every dimension.
Trace array_trace(const Design& design) {
  const std::vector<Shape> shapes = {{8, 4, 8}, {1, 1, 1}, {37, 21, 23}, {3, 9, 40}};
  return random_trace(design, shapes, 6);
}

/// `text` with its one occurrence of `from` replaced.
std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  EXPECT_EQ(text.find(from, at + 1), std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(VerifyAccelerator, HoldsInEveryCycle) {
  const Design design = tiny_array();
  const Trace trace = array_trace(design);
  Folder folder;
  VerifyOptions plain;
  plain.build = rtl::ModelBuild::kFastBuild;
  const VerifyResult first = verify(design, trace, folder.path(), plain);
  EXPECT_EQ(first.difference, "");
  EXPECT_EQ(first.systemc_cycles, first.verilog_cycles);
  EXPECT_EQ(first.channels, 14 + 2 * 14);
  for (const unsigned percent : {30U, 70U}) {
    VerifyOptions stalled = plain;
    stalled.stall_percent = percent;
    stalled.stall_seed = percent;
    stalled.reset_after = percent == 70U ? 500 : 0;
    const VerifyResult r = verify(design, trace, folder.path(), stalled);
    EXPECT_TRUE(r.model_reused);
    EXPECT_EQ(r.difference, "");
    EXPECT_GT(r.systemc_cycles, first.systemc_cycles);
  }
}

/// A change of the Verilog and a part of the message that must name it.
struct Mutation {
  std::string file, from, to, message;
};

class AcceleratorMutation : public testing::TestWithParam<Mutation> {};

TEST_P(AcceleratorMutation, IsFound) {
  const Mutation& m = GetParam();
  const Design design = tiny_array();
  std::vector<rtl::EmittedFile> files = rtl::emit_design(design);
  for (rtl::EmittedFile& file : files) {
    if (file.path.filename() == m.file) file.text = replaced(file.text, m.from, m.to);
  }
  Folder folder;
  VerifyOptions options;
  options.build = rtl::ModelBuild::kFastBuild;
  const VerifyResult r = verify_files(design, array_trace(design), files, folder.path(), options);
  EXPECT_THAT(r.difference, testing::HasSubstr(m.message));
}

INSTANTIATE_TEST_SUITE_P(Each, AcceleratorMutation,
                         testing::Values(
                             // A bank does not wait for the load of its words.
                             Mutation{"napier_global_buffer.sv", "dma_done_i >= needs_q",
                                      "dma_done_i + 32'd1 >= needs_q", "channel "},
                             // The highest element has the turn of the others, and they its.
                             Mutation{"napier_turns.sv", "next_is_highest ? chunk_last_q : chunk_q",
                                      "next_is_highest ? chunk_q : chunk_last_q", "channel "},
                             // A word's last beat is lost.
                             Mutation{"napier_dma.sv", "beat_q == BeatWidth'(i)) assembly_q",
                                      "beat_q + 1'b1 == BeatWidth'(i)) assembly_q", "channel fill"}));

}  // namespace
}  // namespace napier::explore
