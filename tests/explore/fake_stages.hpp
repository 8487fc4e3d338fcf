#pragma once
#include <filesystem>
#include <string>

#include "explore/stage.hpp"
#include "models/base/files.hpp"
#include "tests/support/temporary_folder.hpp"

/// Stages made of small shell scripts, so that the runner can be tested without the tools.
namespace napier::explore {

using Scratch = napier::test::TemporaryFolder;

/// A stage of design `design` below `root` that runs the shell text `script` with $1 = its folder, reads the
/// file `input` and is expected to leave FOLDER/result.
inline Stage fake_stage(const std::filesystem::path& root, const std::string& design, const std::string& name,
                        const std::filesystem::path& input, const std::string& script) {
  const std::filesystem::path program = root / ("program_" + design + "_" + name);
  write_file(program, "#!/bin/sh\nmkdir -p $1\n" + script + "\n");
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  const std::filesystem::path folder = root / "designs" / design / name;
  std::filesystem::create_directories(folder.parent_path());
  return {name, {program.string(), folder.string(), input.string()}, folder, {input}, {folder / "result"}};
}

}  // namespace napier::explore
