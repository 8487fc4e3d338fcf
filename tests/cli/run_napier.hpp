#pragma once
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "models/base/files.hpp"
#include "models/base/process.hpp"

namespace napier::cli {

/// What a run of the program under test left: its exit code, and what it printed on either stream.
struct Output {
  int exit_code;
  std::string text;
};

/// Runs the napier program of this build in the folder of the test.
inline Output run_napier(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), NAPIER_BINARY);
  const std::filesystem::path log =
      std::filesystem::temp_directory_path() / ("napier_cli_test_" + std::to_string(getpid()) + ".log");
  std::filesystem::remove(log);
  const int exit_code = run_process(arguments, std::filesystem::current_path(), log);
  Output output{exit_code, read_file(log)};
  std::filesystem::remove(log);
  return output;
}

}  // namespace napier::cli
