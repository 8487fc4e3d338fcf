// What `napier verify` must find: each test breaks one thing, and the difference must name it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>

#include "explore/verification.hpp"
#include "models/base/error.hpp"
#include "models/trace/trace_check.hpp"
#include "rtl-gen/emit_design.hpp"
#include "tests/cosim/cosim.hpp"

namespace napier::explore {
namespace {

using test::Folder;
using test::small_trace;
using testing::HasSubstr;

/// The Verilog of a design with one piece of text replaced, which must be there.
std::vector<rtl::EmittedFile> with_change(const Design& design, const std::string& file,
                                          const std::string& from, const std::string& to) {
  std::vector<rtl::EmittedFile> files = rtl::emit_design(design);
  for (rtl::EmittedFile& f : files) {
    if (f.path.filename() != file) continue;
    const auto at = f.text.find(from);
    if (at == std::string::npos) break;
    f.text.replace(at, from.size(), to);
    return files;
  }
  ADD_FAILURE() << "no '" << from << "' in " << file;
  return files;
}

Design lean() { return rtl::test::shipped("lns8_lean_tiny"); }

TEST(Mutation, AChangedConstantIsFoundInTheSums) {
  const Design design = lean();
  Folder folder;
  // The lowest bit of 2^(1/8), the mantissa of remainder 1.
  const auto files =
      with_change(design, "napier_lns_to_int.sv", "3'd1: mantissa = 9'd279", "3'd1: mantissa = 9'd263");
  const VerifyResult r = verify_files(design, small_trace(design), files, folder.path(), {});
  EXPECT_FALSE(r.equal());
  EXPECT_THAT(r.difference, HasSubstr("sum"));
}

TEST(Mutation, AChangedThresholdIsFoundInTheOutputs) {
  const Design design = rtl::test::shipped("lns8_paper_tiny");
  Folder folder;
  const auto files = with_change(design, "napier_post_processor_lane.sv", "10'd142", "10'd202");
  const VerifyResult r = verify_files(design, small_trace(design), files, folder.path(), {});
  EXPECT_FALSE(r.equal());
  EXPECT_THAT(r.difference, HasSubstr("out"));
}

/// The exponent of a subnormal factor is that of the smallest normal number; a number just above a tie goes
/// up.
TEST(Mutation, SubnormalFactorsAndStickyBitsOfFp8AreFound) {
  const Design design = rtl::test::shipped("fp8_e4m3_tiny");
  const std::array<std::array<const char*, 4>, 2> changes = {
      {{"napier_fp_multiplier.sv", "a_field[0] | !a_normal", "a_field[0]", "channel sum"},
       {"napier_post_processor_lane.sv", "guard && (sticky || kept[0])", "guard && (!sticky || kept[0])",
        "channel out"}}};
  for (const auto& [file, from, to, channel] : changes) {
    Folder folder;
    const auto files = with_change(design, file, from, to);
    const VerifyResult r = verify_files(design, small_trace(design), files, folder.path(), {});
    EXPECT_FALSE(r.equal()) << file;
    EXPECT_THAT(r.difference, HasSubstr(channel)) << file;
  }
}

/// A trace whose updates make steps of a few codes and a fraction: |g*| from 1/2 to 2, so that rounding and
/// thresholds decide.
Trace trace_of_small_steps(const Design& design) {
  Trace trace = small_trace(design);
  const MadamUpdate unit(design);
  const std::int32_t octave = 1 << design.update.v_fraction;
  for (UpdateRecord& r : trace.updates) {
    r.settings.gradient_exponent = -(1 << (design.format.bits - 1));
    r.settings.correction = 0;
    r.settings.step_log2 = octave + octave / 3;
    r.settings.cap = unit.max_code();
    for (std::size_t i = 0; i < r.before.size(); ++i) {
      const std::int32_t square =
          unit.second_moment(unit.zero_v(), r.gradient[i], r.settings).v - unit.log2_one_minus_beta().whole;
      r.before[i].v = square + (static_cast<std::int32_t>(i % 5) - 2) * octave;
      r.before[i].weight = static_cast<UpdateWord>(unit.max_code() / 2);
    }
    compute_expected(design, r);
  }
  return trace;
}

/// Verifies a design of the spread with a changed piece of its update unit; the weights must differ. The
/// trace is shown first to hold for the unchanged text, so that it is the change that is found.
void expect_found_in_weights(const std::string& name, const std::string& file, const std::string& from,
                             const std::string& to) {
  const Design design = test::spread_design(name);
  Folder folder;
  const auto files = with_change(design, file, from, to);
  const Trace trace = trace_of_small_steps(design);
  ASSERT_EQ(verify_files(design, trace, rtl::emit_design(design), folder.path(), {}).difference, "");
  const VerifyResult r = verify_files(design, trace, files, folder.path(), {});
  EXPECT_FALSE(r.equal());
  EXPECT_THAT(r.difference, HasSubstr("update_out"));
}

TEST(Mutation, ALaneThatSharesItsNeighboursNoiseIsFound) {
  expect_found_in_weights("binned_lut1", "napier_madam_update.sv", "index_q + 32'(lane)", "index_q");
}

TEST(Mutation, AChangedThresholdOfRoundedGradientsIsFound) {
  // 2 begins at log2(1.5) = 150 / 256.
  expect_found_in_weights("split_lut0", "napier_madam_update_lane.sv", "bounded >= 32'sd150",
                          "bounded >= 32'sd300");
}

TEST(Mutation, AChangedStageLatencyIsFoundInItsCycle) {
  const Design design = lean();
  Design slower = design;
  slower.pipeline.reduce += 1;
  Folder folder;
  const VerifyResult r =
      verify_files(design, small_trace(design), rtl::emit_design(slower), folder.path(), {});
  EXPECT_FALSE(r.equal());
  EXPECT_THAT(r.difference, HasSubstr("sum"));
  EXPECT_THAT(r.difference, HasSubstr("cycle"));
}

/// A changed constant of the key schedule, and scales of another group: the sums know neither.
TEST(Mutation, OtherRandomBitsAndMisplacedRowScalesAreFoundInTheOutputs) {
  const Design design = test::spread_design("channels_at_random");
  const std::array<std::array<const char*, 3>, 2> changes = {
      {{"napier_rounding_keys.sv", "{14'd0, 1'b1,", "{14'd0, 1'b0,"},
       {"napier_post_processor.sv", "scales_q[group_q*", "scales_q[{31'd0, !group_q}*"}}};
  for (const auto& [file, from, to] : changes) {
    Folder folder;
    const auto files = with_change(design, file, from, to);
    const VerifyResult r = verify_files(design, small_trace(design), files, folder.path(), {});
    EXPECT_FALSE(r.equal()) << file;
    EXPECT_THAT(r.difference, HasSubstr("channel out")) << file;
  }
}

/// A lane that takes the octaves of another scale, or forgets them, and one that rounds moments with other
/// bits.
TEST(Mutation, MisplacedOctavesAreFoundInTheSumsAndOtherNoiseInTheMoments) {
  const Design design = test::spread_design("vectors_binned");
  const std::array<std::array<const char*, 4>, 3> changes = {
      {{"napier_vector_lanes.sv", "a_i[lane*StationaryWidth +: StationaryWidth]",
        "{a_i[(Lanes-1-lane)*StationaryWidth + VectorWidth +: StationaryWidth - VectorWidth], "
        "a_i[lane*StationaryWidth +: VectorWidth]}",
        "sum"},
       {"napier_vector_lane.sv", "joined >>> octaves_s", "joined >>> (octaves_s >> 1)", "sum"},
       {"napier_madam_update_lane.sv", "noise_10[15 -: DroppedWidth]", "noise_9[15 -: DroppedWidth]",
        "update_out"}}};
  for (const auto& [file, from, to, channel] : changes) {
    Folder folder;
    const auto files = with_change(design, file, from, to);
    const VerifyResult r = verify_files(design, small_trace(design), files, folder.path(), {});
    EXPECT_FALSE(r.equal()) << file;
    EXPECT_THAT(r.difference, HasSubstr(std::string("channel ") + channel)) << file;
  }
}

TEST(Mutation, AFlippedGoldenBitIsFound) {
  const Design design = lean();
  Folder folder;
  const Trace flipped = with_flipped_bit(small_trace(design), GoldenField::kOut, 1, 3, 2);
  EXPECT_THROW(verify(design, flipped, folder.path(), {}), MismatchError);
}

/// The SystemC model looks at the trace first, so the Verilog's own comparison is shown here by itself: a log
/// of the Verilog of a run that held, against a golden trace with one bit changed.
TEST(Mutation, AFlippedGoldenBitIsFoundInTheVerilogAlone) {
  const Design design = rtl::test::shipped("lns8_paper_tiny");
  const Trace trace = small_trace(design);
  Folder folder;
  VerifyOptions options;
  options.keep_logs = true;
  ASSERT_EQ(verify(design, trace, folder.path(), options).difference, "");
  const auto log = folder.path() / "verilog.hslog";
  ASSERT_EQ(first_difference(trace, log, log), "");
  const std::array<std::pair<GoldenField, const char*>, 4> fields = {
      {{GoldenField::kAcc, "channel drain"},
       {GoldenField::kOut, "channel out"},
       {GoldenField::kWeightAfter, "channel update_out"},
       {GoldenField::kVAfter, "channel update_out"}}};
  for (const auto& [field, channel] : fields) {
    EXPECT_THAT(first_difference(with_flipped_bit(trace, field, 0, 0, 3), log, log), HasSubstr(channel));
  }
}

TEST(Mutation, ATraceOfAnotherDesignIsRefused) {
  Folder folder;
  EXPECT_THROW(verify(lean(), small_trace(rtl::test::shipped("lns8_paper_tiny")), folder.path(), {}),
               InputError);
}

TEST(Mutation, GeneratedTextThatVerilatorRefusesIsABug) {
  const Design design = lean();
  Folder folder;
  const auto files = with_change(design, "napier_lns_to_int.sv", "endmodule", "endmodul");
  try {
    verify_files(design, small_trace(design), files, folder.path(), {});
    ADD_FAILURE() << "verify ran on text that is no Verilog";
  } catch (const InternalError& e) {
    EXPECT_THAT(e.what(), HasSubstr("the generated text was refused"));
    EXPECT_THAT(e.what(), HasSubstr("napier_lns_to_int.sv"));
  }
}

TEST(Mutation, AnOldVerilatorIsRefused) {
  const Design design = lean();
  Folder folder;
  const auto program = folder.path() / "bin/verilator";
  write_file(program, "#!/bin/sh\necho 'Verilator 4.038 2020-07-11 rev v4.036'\n");
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  const std::string path = std::getenv("PATH");
  setenv("PATH", (program.parent_path().string() + ":" + path).c_str(), 1);
  try {
    verify(design, small_trace(design), folder.path(), {});
    ADD_FAILURE() << "verify ran with an old Verilator";
  } catch (const ToolError& e) {
    EXPECT_THAT(e.what(), HasSubstr("5.006 or newer is needed"));
    EXPECT_THAT(e.what(), HasSubstr("4.038"));
  }
  setenv("PATH", path.c_str(), 1);
}

TEST(Mutation, AMissingVerilatorIsNamedWithItsPackage) {
  const Design design = lean();
  Folder folder;
  const std::string path = std::getenv("PATH");
  setenv("PATH", folder.path().c_str(), 1);
  try {
    verify(design, small_trace(design), folder.path(), {});
    ADD_FAILURE() << "verify ran without Verilator";
  } catch (const ToolError& e) {
    EXPECT_THAT(e.what(), HasSubstr("apt-get install verilator"));
  }
  setenv("PATH", path.c_str(), 1);
}

}  // namespace
}  // namespace napier::explore
