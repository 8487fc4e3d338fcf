// The handshake log of real runs: equal to itself and to the trace, different where anything else changed.
#include "models/stimulus/handshake_log.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <array>
#include <csignal>

#include "models/base/error.hpp"
#include "models/stimulus/explain.hpp"
#include "models/trace/reference.hpp"
#include "models/trace/trace_check.hpp"
#include "sim/child.hpp"
#include "tests/models/small_designs.hpp"
#include "tests/models/synthetic_log.hpp"

namespace napier::sim {
namespace {

using testing::HasSubstr;

class SimulatedLog : public testing::Test {
 protected:
  SimulatedLog() {
    constexpr std::array<Shape, 3> kShapes = {{{9, 5, 7}, {5, 3, 8}, {17, 2, 12}}};
    trace_ = random_trace(test::small_lns(), kShapes, 9);
  }
  std::filesystem::path run(const Design& design, const std::string& name, unsigned stalls = 20) const {
    SimOptions options;
    options.stall_percent = stalls;
    options.handshake_log = folder_ / name;
    simulate_in_child(design, trace_, options);
    return folder_ / name;
  }
  test::TemporaryFolder folder_;
  Trace trace_;
};

TEST_F(SimulatedLog, TwoRunsAreEqualAndHoldTheGoldenWords) {
  const auto first = run(trace_.design, "first"), second = run(trace_.design, "second");
  EXPECT_EQ(compare_logs(first, second), std::nullopt);
  EXPECT_EQ(compare_with_golden(make_stimulus(trace_), first), std::nullopt);
}

TEST_F(SimulatedLog, AnotherStageLatencyIsADifference) {
  const auto first = run(trace_.design, "first");
  for (int Pipeline::*stage : {&Pipeline::multiply, &Pipeline::convert, &Pipeline::reduce, &Pipeline::scale,
                               &Pipeline::post_process, &Pipeline::update}) {
    Design changed = trace_.design;
    changed.pipeline.*stage += 1;
    EXPECT_NE(compare_logs(first, run(changed, "second")), std::nullopt);
  }
}

TEST_F(SimulatedLog, OtherStallsAreADifferenceInTimeAlone) {
  const auto first = run(trace_.design, "first"), second = run(trace_.design, "second", 0);
  EXPECT_NE(compare_logs(first, second), std::nullopt);
  EXPECT_EQ(compare_with_golden(make_stimulus(trace_), second), std::nullopt);
}

TEST_F(SimulatedLog, AFlippedGoldenBitIsFoundAndExplained) {
  const auto log = run(trace_.design, "log");
  const Trace changed = with_flipped_bit(trace_, GoldenField::kAcc, 1, 3 * 5 - 1, 23);  // n = 2, m = 4
  const auto difference = compare_with_golden(make_stimulus(changed), log);
  ASSERT_TRUE(difference);
  EXPECT_EQ(difference->channel, "drain");
  EXPECT_THAT(explain(changed, *difference), HasSubstr("column n = 2, row m = 4"));
}

TEST_F(SimulatedLog, AFullDiskIsAnInputErrorAndLeavesNoFile) {
  struct rlimit old_limit {};
  getrlimit(RLIMIT_FSIZE, &old_limit);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small = {4096, old_limit.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  EXPECT_THROW(run(trace_.design, "log"), InputError);
  setrlimit(RLIMIT_FSIZE, &old_limit);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

}  // namespace
}  // namespace napier::sim
