// napier verify as a user runs it, on traces of real training.
#include <gmock/gmock.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "models/design/design_file.hpp"
#include "models/trace/trace_check.hpp"
#include "tests/cli/run_napier.hpp"
#include "tests/models/synthetic_log.hpp"

namespace napier::cli {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

const std::string kConfigs = std::string(NAPIER_SOURCE_DIR) + "/configs/";

class VerifyCommand : public testing::Test {
 protected:
  /// Trains the tiny experiment on a shipped design and keeps its golden trace.
  void train(const std::string& design) {
    design_ = kConfigs + "designs/" + design + ".yaml";
    const Output result =
        run_napier({"train", kConfigs + "experiments/fashion_mlp_tiny.yaml", "--design", design_, "-o",
                    (folder_ / "train").string(), "--trace", trace_.string()});
    ASSERT_EQ(result.exit_code, 0) << result.text;
  }
  std::vector<std::string> arguments() const {
    return {"verify", design_, "--trace", trace_.string(), "-o", out_.string()};
  }
  Output verify() const { return run_napier(arguments()); }

  test::TemporaryFolder folder_;
  std::string design_;
  const fs::path trace_ = folder_ / "t.h5", out_ = folder_ / "out";
};

/// Starts verify, presses Ctrl-C once the model is being built, and returns the exit code.
int interrupt_while_building(std::vector<std::string> arguments, const fs::path& out) {
  arguments.insert(arguments.begin(), NAPIER_BINARY);
  std::vector<char*> argv;
  for (std::string& a : arguments) argv.push_back(a.data());
  argv.push_back(nullptr);
  pid_t child = 0;
  if (posix_spawn(&child, NAPIER_BINARY, nullptr, nullptr, argv.data(), environ) != 0) return -1;
  int status = 0;
  while (!fs::exists(out / "build")) {
    if (waitpid(child, &status, WNOHANG) == child) return -1;  // ended before it built
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));  // well into the build
  kill(child, SIGINT);
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(VerifyCommand, HoldsOnATrainingTrace) {
  train("lns8_paper_tiny");
  const Output first = verify();
  ASSERT_EQ(first.exit_code, 0) << first.text;
  EXPECT_THAT(first.text, HasSubstr("equal in every cycle and every bit"));
  const auto summary = nlohmann::json::parse(read_file(out_ / "verify.json"));
  EXPECT_EQ(summary["equal"], true);
  EXPECT_EQ(summary["systemc_cycles"], summary["verilog_cycles"]);
  EXPECT_GT(summary["golden_words"].get<int>(), 1000);
  EXPECT_FALSE(fs::exists(out_ / "verilog.hslog"));

  // The summary of the run that held does not outlive one that does not.
  write_trace(with_flipped_bit(read_trace(trace_), GoldenField::kOut, 0, 3, 2), trace_);
  const Output flipped = verify();
  EXPECT_EQ(flipped.exit_code, 1);
  EXPECT_FALSE(fs::exists(out_ / "verify.json"));
}

TEST_F(VerifyCommand, ContinuesAfterCtrlC) {
  train("int8_tiny");
  EXPECT_EQ(interrupt_while_building(arguments(), out_), 130);
  EXPECT_FALSE(fs::exists(out_ / "verify.json"));
  for (const auto& entry : fs::recursive_directory_iterator(out_)) {
    EXPECT_NE(entry.path().filename(), "complete") << "a model half built counts as built";
  }
  const Output result = verify();
  EXPECT_EQ(result.exit_code, 0) << result.text;
  EXPECT_TRUE(fs::exists(out_ / "verify.json"));
}

TEST_F(VerifyCommand, AFlippedGoldenBitIsExplained) {
  train("lns8_paper_tiny");
  const Trace trace = read_trace(trace_);
  write_trace(with_flipped_bit(trace, GoldenField::kOut, 0, 3, 2), trace_);
  const Output result = verify();
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(
      result.text,
      AllOf(HasSubstr("cycle "), HasSubstr("post_processor, channel out, word "), HasSubstr(" expected "),
            HasSubstr(", actual "), HasSubstr("lowest differing bit 2 of the field"),
            HasSubstr("matrix product 0: "), HasSubstr("  pairs a["), HasSubstr("expected accumulator ")));
}

TEST_F(VerifyCommand, ATraceOfAnotherDesignIsBadInput) {
  train("lns8_paper_tiny");
  design_ = kConfigs + "designs/lns8_lean_tiny.yaml";
  const Output result = verify();
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.text, HasSubstr("made with another design"));
  EXPECT_FALSE(fs::exists(out_));
}

TEST_F(VerifyCommand, ForeignAndTruncatedTracesAreBadInput) {
  train("int8_tiny");
  const std::string content = read_file(trace_);
  write_file(trace_, content.substr(0, content.size() / 2));
  EXPECT_EQ(verify().exit_code, 2);
  write_file(trace_, "no trace");
  EXPECT_EQ(verify().exit_code, 2);
  fs::remove(trace_);
  EXPECT_EQ(verify().exit_code, 2);
  EXPECT_FALSE(fs::exists(out_));
}

TEST_F(VerifyCommand, AMissingVerilatorIsNamedWithItsPackage) {
  train("int8_tiny");
  const std::string path = std::getenv("PATH");
  setenv("PATH", folder_.path().c_str(), 1);
  const Output result = verify();
  setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.text, HasSubstr("apt-get install verilator"));
  EXPECT_FALSE(fs::exists(out_ / "verify.json"));
}

TEST_F(VerifyCommand, FoldersThatAreForeignOrCannotBeMadeAreBadInput) {
  train("int8_tiny");
  write_file(out_ / "mine.txt", "text");
  EXPECT_EQ(verify().exit_code, 2);
  EXPECT_FALSE(fs::exists(out_ / "tools.log"));
  std::vector<std::string> below_a_file = arguments();
  below_a_file.back() = (trace_ / "out").string();
  EXPECT_EQ(run_napier(below_a_file).exit_code, 2);
}

}  // namespace
}  // namespace napier::cli
