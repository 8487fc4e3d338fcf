#pragma once
#include <filesystem>
#include <map>
#include <string>

#include "models/base/files.hpp"

namespace napier::test {

/// The content of every file below a folder, by its path in the folder; none where there is no folder.
using Listing = std::map<std::string, std::string>;

inline Listing listing(const std::filesystem::path& folder) {
  Listing files;
  if (!std::filesystem::is_directory(folder)) return files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    files[entry.path().lexically_relative(folder).string()] = read_file(entry.path());
  }
  return files;
}

}  // namespace napier::test
