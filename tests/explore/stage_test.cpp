#include "explore/stage.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <thread>

#include "explore/runner.hpp"
#include "models/base/error.hpp"
#include "models/base/interrupt.hpp"
#include "tests/explore/fake_stages.hpp"

namespace napier::explore {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const char* const kCount = "echo run >> $1/../count; cp $2 $1/result";

class StageTest : public testing::Test {
 protected:
  void SetUp() override { write_file(input_, "one\n"); }
  std::size_t runs() const { return read_file(root_.path() / "designs/d/count").size() / 4; }

  Scratch root_;
  fs::path input_ = root_.path() / "input";
};

TEST_F(StageTest, FinishedStageIsNotRepeated) {
  const Stage stage = fake_stage(root_.path(), "d", "s", input_, kCount);
  EXPECT_FALSE(run_stage(stage, root_.path()).reused);
  EXPECT_TRUE(run_stage(stage, root_.path()).reused);
  EXPECT_EQ(runs(), 1U);
}

TEST_F(StageTest, ChangedInputRunsAgainInAFreshFolder) {
  const Stage stage = fake_stage(root_.path(), "d", "s", input_, kCount);
  run_stage(stage, root_.path());
  write_file(stage.folder / "left_over", "of the first run");
  write_file(input_, "two\n");
  EXPECT_FALSE(run_stage(stage, root_.path()).reused);
  EXPECT_EQ(read_file(stage.folder / "result"), "two\n");
  EXPECT_FALSE(fs::exists(stage.folder / "left_over"));
}

TEST_F(StageTest, ChangedArgumentRunsAgain) {
  Stage stage = fake_stage(root_.path(), "d", "s", input_, kCount);
  run_stage(stage, root_.path());
  stage.arguments.push_back("--other");
  EXPECT_FALSE(run_stage(stage, root_.path()).reused);
}

TEST_F(StageTest, ChangedProgramRunsAgain) {
  run_stage(fake_stage(root_.path(), "d", "s", input_, kCount), root_.path());
  const Stage rebuilt = fake_stage(root_.path(), "d", "s", input_, std::string(kCount) + " # rebuilt");
  EXPECT_FALSE(run_stage(rebuilt, root_.path()).reused);
}

TEST_F(StageTest, AlteredOrLostOutputRunsAgain) {
  const Stage stage = fake_stage(root_.path(), "d", "s", input_, kCount);
  run_stage(stage, root_.path());
  write_file(stage.folder / "result", "forged");
  EXPECT_FALSE(run_stage(stage, root_.path()).reused);
  fs::remove(stage.folder / "result");
  EXPECT_FALSE(run_stage(stage, root_.path()).reused);
  EXPECT_EQ(runs(), 3U);
}

TEST_F(StageTest, DamagedRecordRunsAgain) {
  const Stage stage = fake_stage(root_.path(), "d", "s", input_, kCount);
  run_stage(stage, root_.path());
  write_file(root_.path() / "designs/d/s.stage.json", "{\"inputs\": ");
  EXPECT_FALSE(run_stage(stage, root_.path()).reused);
}

TEST_F(StageTest, MovedOutputFolderStaysValid) {
  Stage stage = fake_stage(root_.path(), "d", "s", input_, kCount);
  const std::string before = input_digest(stage, root_.path());
  const Scratch elsewhere;
  Stage moved = fake_stage(elsewhere.path(), "d", "s", input_, kCount);
  EXPECT_EQ(input_digest(moved, elsewhere.path()), before);
}

TEST_F(StageTest, FailureIsAnOutcomeThatNamesTheReasonAndIsTriedAgain) {
  const Stage stage =
      fake_stage(root_.path(), "d", "s", input_,
                 "echo run >> $1/../count; echo noise; echo 'napier: no such tool'; echo more; exit 3");
  const StageOutcome outcome = run_stage(stage, root_.path());
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_EQ(outcome.message, "no such tool\nmore");
  run_stage(stage, root_.path());
  EXPECT_EQ(runs(), 2U);
}

TEST_F(StageTest, MissingResultIsAFailure) {
  const StageOutcome outcome = run_stage(fake_stage(root_.path(), "d", "s", input_, "true"), root_.path());
  EXPECT_EQ(outcome.exit_code, 70);
  EXPECT_THAT(outcome.message, HasSubstr("left no 'result'"));
}

TEST_F(StageTest, MissingInputIsTheUsersError) {
  const Stage stage = fake_stage(root_.path(), "d", "s", root_.path() / "nowhere", kCount);
  EXPECT_THROW(run_stage(stage, root_.path()), InputError);
}

TEST_F(StageTest, FailureOfOnePlanLeavesTheOthersAlone) {
  const Plan good{"good",
                  {fake_stage(root_.path(), "good", "a", input_, kCount),
                   fake_stage(root_.path(), "good", "b", input_, kCount)}};
  const Plan bad{"bad",
                 {fake_stage(root_.path(), "bad", "a", input_, "echo 'napier: broken'; exit 1"),
                  fake_stage(root_.path(), "bad", "b", input_, kCount)}};
  const auto outcomes = run_plans({bad, good}, root_.path(), 2);
  ASSERT_EQ(outcomes.size(), 2U);
  EXPECT_EQ(outcomes[0].name, "bad");
  EXPECT_FALSE(outcomes[0].held());
  EXPECT_EQ(outcomes[0].stages.size(), 1U);
  EXPECT_TRUE(outcomes[1].held());
  EXPECT_EQ(outcomes[1].stages.size(), 2U);
}

TEST_F(StageTest, InterruptStopsTheChildAndTheNextRunContinuesInItsFolder) {
  catch_interrupts();
  // Stops on a signal like the program does, and continues from what it left in its folder.
  const Stage stage = fake_stage(root_.path(), "d", "s", input_,
                                 "if [ -e $1/checkpoint ]; then cp $2 $1/result; exit 0; fi\n"
                                 "touch $1/checkpoint; trap 'exit 130' TERM; while :; do sleep 0.05; done");
  EXPECT_EXIT(
      {
        std::thread([&] {
          while (!fs::exists(stage.folder / "checkpoint")) std::this_thread::yield();
          raise(SIGINT);
        }).detach();
        try {
          run_plans({{"d", {stage}}}, root_.path(), 1);
        } catch (const Interrupted&) {
          std::_Exit(130);
        }
        std::_Exit(0);
      },
      testing::ExitedWithCode(130), "");
  EXPECT_TRUE(fs::exists(stage.folder / "checkpoint"));
  EXPECT_EQ(run_stage(stage, root_.path()).exit_code, 0);
  EXPECT_TRUE(fs::exists(stage.folder / "result"));
}

}  // namespace
}  // namespace napier::explore
