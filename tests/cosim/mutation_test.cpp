// What `napier verify` must find: each test breaks one thing, and the difference must name it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

TEST(Mutation, AFlippedGoldenBitIsFound) {
  const Design design = lean();
  Folder folder;
  const Trace flipped = with_flipped_bit(small_trace(design), GoldenField::kOut, 1, 3, 2);
  EXPECT_THROW(verify(design, flipped, folder.path(), {}), MismatchError);
}

TEST(Mutation, ATraceOfAnotherDesignIsRefused) {
  Folder folder;
  EXPECT_THROW(verify(lean(), small_trace(rtl::test::shipped("lns8_paper_tiny")), folder.path(), {}),
               InputError);
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
