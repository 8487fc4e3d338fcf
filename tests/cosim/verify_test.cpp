// SystemC == generated Verilog == golden trace, in every cycle; and what must be found where they are not.
#include <gtest/gtest.h>

#include <array>

#include "explore/verification.hpp"
#include "models/base/error.hpp"
#include "models/trace/reference.hpp"
#include "rtl-gen/emit_design.hpp"
#include "tests/rtl-gen/designs.hpp"

namespace napier::explore {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() : path_(fs::path(testing::TempDir()) / ("napier_cosim_" + std::to_string(getpid()))) {
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// Shapes that fill, overfill and underfill tiles of the small designs.
Trace small_trace(const Design& design) {
  const int v = design.datapath.vector;
  const std::array<Shape, 4> shapes = {Shape{1, 1, 1}, Shape{9, 5, 3 * v},
                                       Shape{design.datapath.lanes, 17, 2 * v + 1}, Shape{7, 3, v}};
  return random_trace(design, shapes, 1);
}

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
