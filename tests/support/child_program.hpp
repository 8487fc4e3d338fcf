#pragma once
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace napier::test {

/// What a test does to a program that it runs.
struct Circumstances {
  std::filesystem::path folder = ".";      ///< where the program runs
  std::optional<std::string> path{};       ///< PATH in place of the test's own
  std::optional<rlim_t> file_bytes{};      ///< no file grows beyond this: the disk is full
  std::function<bool()> interrupt_when{};  ///< Ctrl-C (SIGINT) as soon as this is true
};

/// How a program ended. -1 is no exit code: a signal ended it.
struct Ending {
  int exit_code;
  std::string out, err;
};

/// Runs a program in its own process and waits for its end.
inline Ending run_program(const std::vector<std::string>& arguments, const Circumstances& how) {
  std::array<std::array<int, 2>, 2> pipes{};
  for (auto& ends : pipes) {
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
  }
  std::vector<char*> argv;
  for (const std::string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    dup2(pipes[0][1], STDOUT_FILENO);
    dup2(pipes[1][1], STDERR_FILENO);
    if (chdir(how.folder.c_str()) != 0) _exit(127);
    if (how.path) setenv("PATH", how.path->c_str(), 1);
    if (how.file_bytes) {
      signal(SIGXFSZ, SIG_IGN);  // as on a full disk, the write fails and the program goes on
      const rlimit limit{*how.file_bytes, *how.file_bytes};
      setrlimit(RLIMIT_FSIZE, &limit);
    }
    execv(argv[0], argv.data());
    _exit(127);
  }
  if (child < 0) throw std::runtime_error("cannot fork");

  Ending ending{-1, "", ""};
  std::array<std::string*, 2> texts = {&ending.out, &ending.err};
  std::array<pollfd, 2> from{};
  for (std::size_t i = 0; i < 2; ++i) {
    close(pipes[i][1]);
    from[i] = {pipes[i][0], POLLIN, 0};
  }
  bool interrupted = false;
  for (int open = 2; open > 0;) {
    if (how.interrupt_when && !interrupted && how.interrupt_when()) interrupted = kill(child, SIGINT) == 0;
    poll(from.data(), from.size(), how.interrupt_when && !interrupted ? 1 : 100);
    for (std::size_t i = 0; i < 2; ++i) {
      if (from[i].fd < 0 || from[i].revents == 0) continue;
      std::array<char, 4096> block{};
      const ssize_t n = read(from[i].fd, block.data(), block.size());
      if (n > 0) {
        texts[i]->append(block.data(), static_cast<std::size_t>(n));
      } else if (n == 0 || errno != EINTR) {
        close(from[i].fd);
        from[i].fd = -1;
        --open;
      }
    }
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status)) ending.exit_code = WEXITSTATUS(status);
  return ending;
}

}  // namespace napier::test
