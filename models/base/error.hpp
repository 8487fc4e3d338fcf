#pragma once
#include <stdexcept>
#include <string>

namespace napier {

/// What the program's exit code says. See docs/cli.md.
enum class ExitCode : int {
  kHeld = 0,           ///< everything asked for was done and every check held
  kMismatch = 1,       ///< a check did not hold
  kBadInput = 2,       ///< bad usage or bad input; the message says how to mend it
  kToolFailed = 3,     ///< an external tool is missing or failed
  kInternal = 70,      ///< a bug of Napier's own
  kInterrupted = 130,  ///< stopped by Ctrl-C; the same command continues
};

/// An error with the exit code it leads to. Libraries throw, only cli/ turns it into an exit.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

/// The user's input is at fault; the message names file, place and remedy.
class InputError : public Error {
 public:
  explicit InputError(const std::string& message) : Error(ExitCode::kBadInput, message) {}
};

/// A comparison did not hold; the message names the first difference.
class MismatchError : public Error {
 public:
  explicit MismatchError(const std::string& message) : Error(ExitCode::kMismatch, message) {}
};

/// An external program (Verilator, Yosys, ...) is missing or failed.
class ToolError : public Error {
 public:
  explicit ToolError(const std::string& message) : Error(ExitCode::kToolFailed, message) {}
};

/// A condition that no input should be able to bring about.
class InternalError : public Error {
 public:
  explicit InternalError(const std::string& message) : Error(ExitCode::kInternal, message) {}
};

/// The user pressed Ctrl-C; state that the same command continues from has been written.
class Interrupted : public Error {
 public:
  explicit Interrupted(const std::string& message) : Error(ExitCode::kInterrupted, message) {}
};

}  // namespace napier
