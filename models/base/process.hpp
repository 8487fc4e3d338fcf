#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace napier {

/// Runs a program found on PATH, standard output and error appended to `log`. Returns its exit code, 128 plus
/// the signal's number where a signal ended it. Throws ToolError, naming the Debian package to install, where
/// the program is not there. No shell is involved. An interrupt (Ctrl-C) of Napier stops the child and all it
/// started, and throws Interrupted.
int run_process(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
                const std::filesystem::path& log);

/// As run_process, but a non-zero exit code throws ToolError with the command, the log's place and its last
/// lines.
void run_tool(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
              const std::filesystem::path& log);

/// What to say of a program that run_process ran in vain: command, exit code, the log's place and last lines.
std::string describe_failure(const std::vector<std::string>& arguments, int exit_code,
                             const std::filesystem::path& log);

/// Absolute path of a program on PATH, or ToolError that names the Debian package.
std::filesystem::path find_tool(const std::string& program);

}  // namespace napier
