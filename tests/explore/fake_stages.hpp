#pragma once
#include <filesystem>
#include <string>

#include "explore/stage.hpp"
#include "models/base/files.hpp"

/// Stages made of small shell scripts, so that the runner can be tested without the tools.
namespace napier::explore {

/// A folder of this test's own, removed afterwards.
class Scratch {
 public:
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "napier_explore_XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

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
