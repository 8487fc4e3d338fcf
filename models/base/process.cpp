#include "models/base/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <map>
#include <sstream>

#include "models/base/error.hpp"
#include "models/base/interrupt.hpp"

namespace napier {
namespace {

std::string package_of(const std::string& program) {
  static const std::map<std::string, std::string> packages = {
      {"verilator", "verilator"}, {"yosys", "yosys"},     {"yosys-abc", "yosys"},
      {"iverilog", "iverilog"},   {"vvp", "iverilog"},    {"sta", "opensta"},
      {"opensta", "opensta"},     {"make", "make"},       {"g++", "g++"},
      {"gnuplot", "gnuplot-nox"}, {"bible", "bible-kjv"},
  };
  const auto found = packages.find(program);
  return found == packages.end() ? program : found->second;
}

std::string join(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& w : words) line += (line.empty() ? "" : " ") + w;
  return line;
}

std::string last_lines(const std::filesystem::path& log, std::size_t count) {
  std::ifstream in(log);
  std::deque<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line);
    if (lines.size() > count) lines.pop_front();
  }
  std::string text;
  for (const std::string& line : lines) text += "  " + line + "\n";
  return text;
}

/// Returns when the child has ended, or after a fifth of a second: whichever thread the signal of a Ctrl-C
/// reaches, each thread that waits for a child notices it.
void wait_a_moment(pid_t child) {
  const int descriptor = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
  pollfd ended{descriptor, POLLIN, 0};
  poll(&ended, descriptor < 0 ? 0 : 1, 200);
  if (descriptor >= 0) close(descriptor);
}

}  // namespace

std::filesystem::path find_tool(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    std::filesystem::path candidate = std::filesystem::path(folder) / program;
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  throw ToolError("'" + program + "' is not on PATH; install it with: apt-get install " +
                  package_of(program));
}

int run_process(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
                const std::filesystem::path& log) {
  const std::filesystem::path program = find_tool(arguments.at(0));
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const std::string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  const std::filesystem::path absolute_log = std::filesystem::absolute(log);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, absolute_log.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0644);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  // A process group of its own: an interrupt then reaches what the program itself started, compilers for
  // instance, which would go on writing otherwise.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);
  pid_t child = 0;
  const int error = posix_spawn(&child, program.c_str(), &actions, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw ToolError("cannot start '" + join(arguments) + "': " + std::strerror(error));

  int status = 0;
  bool asked_to_stop = false;
  while (true) {
    const pid_t ended = waitpid(child, &status, WNOHANG);
    if (ended == child) break;
    if (ended < 0 && errno != EINTR) {
      throw ToolError("cannot wait for '" + join(arguments) + "': " + std::strerror(errno));
    }
    if (interrupted() && !asked_to_stop) {
      kill(-child, SIGTERM);
      asked_to_stop = true;
    }
    wait_a_moment(child);
  }
  if (asked_to_stop) kill(-child, SIGKILL);  // what is left of the group
  check_interrupt();
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void run_tool(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
              const std::filesystem::path& log) {
  const int code = run_process(arguments, folder, log);
  if (code != 0) throw ToolError(describe_failure(arguments, code, log));
}

std::string describe_failure(const std::vector<std::string>& arguments, int exit_code,
                             const std::filesystem::path& log) {
  return "'" + join(arguments) + "' failed with exit code " + std::to_string(exit_code) + "; its log is " +
         log.string() + ", which ends:\n" + last_lines(log, 12);
}

}  // namespace napier
