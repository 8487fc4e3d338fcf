// The emitted text: the same bytes each time, and clean under every tool it is meant for.
#include "rtl-gen/emit_design.hpp"

#include <gtest/gtest.h>

#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/base/process.hpp"
#include "tests/rtl-gen/designs.hpp"
#include "tests/support/temporary_folder.hpp"

namespace napier::rtl {
namespace {

namespace fs = std::filesystem;

/// Files of a design, in a folder of this test's own.
class EmittedFolder {
 public:
  explicit EmittedFolder(const Design& design) {
    for (const EmittedFile& file : emit_design(design)) {
      write_file(folder_ / file.path, file.text);
      sources_.push_back(file.path.string());
    }
  }

  /// Runs a tool on all sources; it must succeed, and say nothing.
  void check(std::vector<std::string> command) const {
    command.insert(command.end(), sources_.begin(), sources_.end());
    const fs::path log = folder_ / "log";
    fs::remove(log);
    const int code = run_process(command, folder_, log);
    EXPECT_EQ(code, 0);
    EXPECT_EQ(read_file(log), "");
  }

 private:
  const napier::test::TemporaryFolder temporary_;
  const fs::path& folder_ = temporary_.path();
  std::vector<std::string> sources_;
};

class EmitDesign : public testing::TestWithParam<std::size_t> {
 protected:
  Design design() const { return test::spread()[GetParam()]; }
};

TEST_P(EmitDesign, IsDeterministic) {
  const std::vector<EmittedFile> first = emit_design(design()), second = emit_design(design());
  ASSERT_EQ(first.size(), second.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].path, second[i].path);
    EXPECT_EQ(first[i].text, second[i].text);
  }
}

TEST_P(EmitDesign, IsCleanUnderVerilator) {
  EmittedFolder(design()).check(
      {"verilator", "--lint-only", "-Wall", "--top-module", "napier_processing_element"});
}

TEST_P(EmitDesign, IsCleanUnderIcarus) {
  EmittedFolder(design()).check({"iverilog", "-g2012", "-Wall", "-Wno-sensitivity-entire-vector", "-s",
                                 "napier_processing_element", "-o", "/dev/null"});
}

TEST_P(EmitDesign, IsCleanUnderYosys) {
  EmittedFolder(design()).check(
      {"yosys", "-q", "-e", ".*", "-f", "verilog -sv", "-p",
       "hierarchy -check -top napier_processing_element; proc; select -assert-none t:$dlatch t:$adlatch; "
       "check -assert"});
}

std::string design_name(const testing::TestParamInfo<std::size_t>& info) {
  return test::spread()[info.param].name;
}

INSTANTIATE_TEST_SUITE_P(Spread, EmitDesign, testing::Range(std::size_t{0}, test::spread().size()),
                         design_name);

TEST(EmitAccelerator, IsCleanUnderEveryTool) {
  const EmittedFolder folder(test::shipped("lns8_array_tiny"));
  folder.check({"verilator", "--lint-only", "-Wall", "--top-module", "napier_accelerator"});
  folder.check({"iverilog", "-g2012", "-Wall", "-Wno-sensitivity-entire-vector", "-s", "napier_accelerator",
                "-o", "/dev/null"});
  folder.check({"yosys", "-q", "-e", ".*", "-f", "verilog -sv", "-p",
                "hierarchy -check -top napier_accelerator; proc; select -assert-none t:$dlatch t:$adlatch; "
                "check -assert"});
}

/// The text as its readers see it. Where a change is meant, take the new text over:
/// napier rtl configs/designs/lns8_paper_tiny.yaml -o DIR, and copy DIR/rtl/napier_lns_multiplier.sv.
TEST(EmitDesignGolden, TheMultiplierReadsAsStored) {
  const fs::path stored = fs::path(NAPIER_SOURCE_DIR) / "tests/rtl-gen/golden/napier_lns_multiplier.sv";
  for (const EmittedFile& file : emit_design(test::shipped("lns8_paper_tiny"))) {
    if (file.path.filename() == stored.filename()) {
      EXPECT_EQ(file.text, read_file(stored));
      return;
    }
  }
  ADD_FAILURE() << "no " << stored.filename();
}

TEST(EmitDesignRefusal, RefusesADesignWithoutHardware) {
  EXPECT_THROW(emit_design(test::shipped("fp32")), InputError);
}

}  // namespace
}  // namespace napier::rtl
