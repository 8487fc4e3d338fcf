#pragma once
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "models/base/error.hpp"

namespace napier {

/// A new folder among the system's temporary ones, removed with what is in it. Throws InputError where none
/// can be made.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::error_code none;  // TMPDIR may name what is no folder
    const std::filesystem::path place = std::filesystem::temp_directory_path(none);
    if (none) throw InputError("TMPDIR names no folder; set it to a writable one");
    std::string name = (place / "napier-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
      throw InputError("cannot create a folder in '" + place.string() +
                       "'; free some space there or set TMPDIR to a writable folder");
    }
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace napier
