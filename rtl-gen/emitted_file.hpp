#pragma once
#include <filesystem>
#include <string>

namespace napier::rtl {

/// One generated file: its path inside the output folder, and its whole text.
struct EmittedFile {
  std::filesystem::path path;
  std::string text;
};

}  // namespace napier::rtl
