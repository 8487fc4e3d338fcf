// Checks that must fail: a flipped golden bit, another latency, a model that stands still.
#include <gmock/gmock.h>

#include "models/base/error.hpp"
#include "models/trace/trace_check.hpp"
#include "tests/models/small_designs.hpp"
#include "tests/sim/sim_runs.hpp"

namespace napier::sim {
namespace {

using test::Folder, test::logging_to;
using testing::AllOf, testing::HasSubstr;

const std::vector<Shape> kShapes = {{8, 4, 8}, {17, 9, 23}, {3, 5, 8}, {9, 6, 12}};

Trace sound_trace() { return random_trace(napier::test::small_lns(), kShapes, 9); }

/// The message of the error that the simulation ends with.
template <class Expected>
std::string message(const Trace& trace, const SimOptions& options = {}) {
  try {
    simulate_in_child(trace.design, trace, options);
  } catch (const Expected& e) {
    return e.what();
  }
  return "(no error)";
}

TEST(FlippedGoldenBit, OfAnOutputNamesThePostProcessor) {
  const Trace flipped = with_flipped_bit(sound_trace(), GoldenField::kOut, 1, 40, 2);
  EXPECT_THAT(message<MismatchError>(flipped),
              AllOf(HasSubstr("cycle "), HasSubstr("post_processor"), HasSubstr("channel out"),
                    HasSubstr("expected"), HasSubstr("matrix product 1")));
}

TEST(FlippedGoldenBit, OfAnAccumulatorNamesTheCollector) {
  const Trace flipped = with_flipped_bit(sound_trace(), GoldenField::kAcc, 1, 152, 23);
  EXPECT_THAT(message<MismatchError>(flipped), AllOf(HasSubstr("collector"), HasSubstr("channel drain")));
}

TEST(FlippedGoldenBit, OfAnUpdatedWeightNamesTheUpdateUnit) {
  for (const GoldenField field : {GoldenField::kWeightAfter, GoldenField::kVAfter}) {
    const Trace flipped = with_flipped_bit(sound_trace(), field, 2, 5, 0);
    EXPECT_THAT(message<MismatchError>(flipped), AllOf(HasSubstr("madam_update"), HasSubstr("weight 5")));
  }
}

TEST(FlippedGoldenBit, OfACountOfOverflowsIsSeen) {
  Trace trace = sound_trace();
  ++trace.gemms[2].saturations;
  EXPECT_THAT(message<MismatchError>(trace), HasSubstr("accumulations overflowed"));
}

TEST(AnotherConstant, GivesAnotherOutput) {
  const Trace trace = sound_trace();
  Design other = trace.design;
  other.datapath.const_bits = 6;
  EXPECT_THROW(simulate_in_child(other, trace, {}), MismatchError);
}

TEST(AnotherLatency, GivesAnotherHandshakeLog) {
  const Trace trace = sound_trace();
  const Folder folder;
  simulate_in_child(trace.design, trace, logging_to(folder / "sound"));
  const auto longer = [&](int Pipeline::*stage) {
    Design design = trace.design;
    ++(design.pipeline.*stage);
    simulate_in_child(design, trace, logging_to(folder / "longer"));
    return compare_logs(folder / "sound", folder / "longer").has_value();
  };
  EXPECT_TRUE(longer(&Pipeline::multiply));
  EXPECT_TRUE(longer(&Pipeline::convert));
  EXPECT_TRUE(longer(&Pipeline::reduce));
  EXPECT_TRUE(longer(&Pipeline::scale));
  EXPECT_TRUE(longer(&Pipeline::post_process));
  EXPECT_TRUE(longer(&Pipeline::update));
}

TEST(Deadlock, EndsWithTheStateOfEveryBlock) {
  const Shape shape{8, 4, 4};
  Design design = napier::test::small_lns();
  design.update.kind = UpdateKind::kHost;
  design.pipeline.multiply = 9;  // nothing moves while the last sum is under way
  SimOptions options;
  options.deadlock_cycles = 5;
  EXPECT_THAT(
      message<InternalError>(random_trace(design, std::span(&shape, 1), 1), options),
      AllOf(HasSubstr("sequencer: WAIT"), HasSubstr("operand_buffer_a"), HasSubstr("operand_buffer_b"),
            HasSubstr("vector_lanes"), HasSubstr("accumulation_collector"), HasSubstr("post_processor")));
}

TEST(Options, ThatCannotBeAreRefused) {
  SimOptions always;
  always.stall_percent = 100;
  EXPECT_THAT(message<InputError>(sound_trace(), always), HasSubstr("0 to 99"));
  SimOptions backwards;
  backwards.vcd_from = 7;
  backwards.vcd_to = 6;
  EXPECT_THAT(message<InputError>(sound_trace(), backwards), HasSubstr("VCD window"));
  EXPECT_THAT(message<InputError>(sound_trace(), logging_to("/nowhere/at/all")), HasSubstr("/nowhere/at/"));
}

TEST(Simulate, SaysThatOneProcessElaboratesOnce) {
  const Trace trace = sound_trace();
  simulate(trace.design, trace, {});
  EXPECT_THROW(simulate(trace.design, trace, {}), InternalError);
}

TEST(Simulate, OfAnEmptyTraceTakesNoCycle) {
  Trace trace = sound_trace();
  trace.gemms.clear();
  trace.updates.clear();
  EXPECT_EQ(simulate(trace.design, trace, {}).cycles, 0);
}

}  // namespace
}  // namespace napier::sim
