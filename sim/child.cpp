#include "sim/child.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <iostream>
#include <string>

#include "models/base/error.hpp"
#include "models/base/interrupt.hpp"
#include "sim/result_json.hpp"

namespace napier::sim {
namespace {

void write_all(int to, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t n = write(to, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;  // the parent is gone
    done += static_cast<std::size_t>(n);
  }
}

std::string read_all(int from) {
  std::string text;
  char block[4096];
  while (true) {
    const ssize_t n = read(from, block, sizeof block);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return text;
    text.append(block, static_cast<std::size_t>(n));
  }
}

/// The child's exit code says how it ended, its text is the result or the message.
[[noreturn]] void run_child(int to, const std::function<std::string()>& simulation) {
  auto code = ExitCode::kInternal;
  try {
    const std::string text = simulation();
    code = ExitCode::kHeld;
    write_all(to, text);
  } catch (const Error& e) {
    code = e.code();
    write_all(to, e.what());
  } catch (const std::exception& e) {
    write_all(to, e.what());
  }
  std::cout.flush();
  _exit(static_cast<int>(code));
}

[[noreturn]] void rethrow(int code, const std::string& message) {
  switch (static_cast<ExitCode>(code)) {
    case ExitCode::kMismatch:
      throw MismatchError(message);
    case ExitCode::kBadInput:
      throw InputError(message);
    case ExitCode::kToolFailed:
      throw ToolError(message);
    case ExitCode::kInterrupted:
      throw Interrupted(message);
    case ExitCode::kHeld:
    case ExitCode::kInternal:
      break;
  }
  throw InternalError(message);
}

/// What the simulation returns, from a process of its own.
std::string in_child(const std::function<std::string()>& simulation) {
  int ends[2];
  std::cout.flush();
  if (pipe(ends) != 0) throw InternalError(std::string("cannot make a pipe: ") + std::strerror(errno));
  const pid_t child = fork();
  if (child < 0) {
    close(ends[0]);
    close(ends[1]);
    throw InternalError(std::string("cannot start a simulation process: ") + std::strerror(errno));
  }
  if (child == 0) {
    close(ends[0]);
    run_child(ends[1], simulation);
  }
  close(ends[1]);
  const std::string text = read_all(ends[0]);
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  check_interrupt();
  if (!WIFEXITED(status)) throw InternalError("the simulation process was killed");
  if (WEXITSTATUS(status) != 0) rethrow(WEXITSTATUS(status), text);
  return text;
}

}  // namespace

SimResult simulate_in_child(const Design& design, const Trace& trace, const SimOptions& options) {
  return result_from_json(in_child([&] { return to_json(simulate(design, trace, options)); }));
}

AcceleratorResult simulate_accelerator_in_child(const Design& design, const Trace& trace,
                                                const AcceleratorOptions& options) {
  return accelerator_result_from_json(
      in_child([&] { return to_json(simulate_accelerator(design, trace, options)); }));
}

}  // namespace napier::sim
