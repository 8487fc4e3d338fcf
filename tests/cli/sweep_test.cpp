// A sweep with the real program and the real tools, stopped by Ctrl-C wherever it hurts, and continued.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <spawn.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/cli/run_napier.hpp"
#include "tests/support/temporary_folder.hpp"

namespace napier::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const fs::path kSource = NAPIER_SOURCE_DIR;

class Sweep : public testing::Test {
 protected:
  Sweep() {
    std::string experiment = read_file(kSource / "configs/experiments/fashion_mlp_tiny.yaml");
    const std::string design = "../designs/lns8_paper_tiny.yaml";
    experiment.replace(experiment.find(design), design.size(), "int8_tiny.yaml");
    experiment.replace(experiment.find("epochs: 3"), 9, "epochs: 9");  // long enough to be interrupted
    write_file(root_ / "experiment.yaml", experiment);
    fs::copy_file(kSource / "configs/designs/int8_tiny.yaml", root_ / "int8_tiny.yaml");
    write_file(root_ / "sweep.yaml", "name: one\nexperiment: experiment.yaml\ndesigns: [int8_tiny.yaml]\n");
  }

  /// Starts `napier sweep` with a process group of its own, as a shell does for what is typed at it.
  pid_t start(const std::string& folder) const {
    fs::create_directories(root_ / folder);
    const std::string log = (root_ / folder / "log").string();
    std::string arguments[] = {NAPIER_BINARY, "sweep", "../sweep.yaml", "-o", "out"};
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, (root_ / folder).c_str());
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                     0644);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    pid_t child = 0;
    const int error = posix_spawn(&child, argv[0], &actions, &attributes, argv.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error == 0 ? child : -1;
  }

  static int exit_code(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  std::string log(const std::string& folder) const { return read_file(root_ / folder / "log"); }

  /// Runs the sweep and types Ctrl-C as soon as the log of `stage` holds `words`.
  int interrupt(const std::string& folder, const std::string& stage, const std::string& words) const {
    const fs::path stage_log = root_ / folder / "out/designs/int8_tiny" / (stage + ".log");
    const pid_t child = start(folder);
    if (child < 0) return -1;
    while (true) {
      siginfo_t ended{};
      waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT | WNOHANG);
      if (ended.si_pid == child) break;  // too early: the caller sees it by the exit code
      if (fs::exists(stage_log) && read_file(stage_log).find(words) != std::string::npos) {
        kill(-child, SIGINT);
        break;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return exit_code(child);
  }

  /// Every file that claims to hold a result holds a whole one, and nothing under construction is left.
  void expect_nothing_half_written(const fs::path& out) const {
    for (const auto& entry : fs::recursive_directory_iterator(out)) {
      const std::string name = entry.path().filename().string();
      EXPECT_FALSE(name.starts_with(".") && name.ends_with(".tmp")) << entry.path();
      if (!name.ends_with(".json")) continue;
      EXPECT_FALSE(nlohmann::json::parse(read_file(entry.path()), nullptr, false).is_discarded())
          << entry.path();
    }
    for (const char* file : {"results.csv", "results.json", "report.html"}) {
      EXPECT_FALSE(fs::exists(out / file)) << file;
    }
  }

  std::string state(const fs::path& out, const std::string& stage) const {
    return nlohmann::json::parse(read_file(out / "designs/int8_tiny" / (stage + ".stage.json"))).at("state");
  }

  const napier::test::TemporaryFolder temporary_;
  const fs::path& root_ = temporary_.path();
};

TEST_F(Sweep, InterruptedInAnyStageContinuesToTheSameBytes) {
  ASSERT_EQ(exit_code(start("whole")), 0) << log("whole");

  const fs::path out = root_ / "stopped/out";
  const std::pair<const char*, const char*> stops[] = {
      {"train", "epoch 1 of 9"}, {"verify", "build with Verilator"}, {"synth", " cells"}};
  for (const auto& [stage, words] : stops) {
    EXPECT_EQ(interrupt("stopped", stage, words), 130) << log("stopped");
    EXPECT_THAT(log("stopped"), HasSubstr("the same command continues from here"));
    EXPECT_EQ(state(out, stage), "running");
    expect_nothing_half_written(out);
  }
  ASSERT_EQ(exit_code(start("stopped")), 0) << log("stopped");
  for (const char* stage : {"train", "sim", "verify"}) {
    EXPECT_THAT(log("stopped"), HasSubstr(std::string("int8_tiny: ") + stage + " was done before"));
  }
  for (const char* file : {"results.csv", "results.json", "report.html", "sweep.json"}) {
    EXPECT_EQ(read_file(root_ / "whole/out" / file), read_file(out / file)) << file;
  }
}

}  // namespace
}  // namespace napier::cli
