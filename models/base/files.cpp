#include "models/base/files.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>

#include "models/base/error.hpp"

namespace napier {
namespace fs = std::filesystem;
namespace {

void create_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    throw InputError("cannot create folder '" + folder.string() + "': " + error.message() +
                     "; choose a folder that you may write to");
  }
}

}  // namespace

fs::path temporary_name(const fs::path& file) {
  return file.parent_path() / ("." + file.filename().string() + "." + std::to_string(getpid()) + ".tmp");
}

void write_file(const fs::path& file, const std::function<void(std::ostream&)>& writer) {
  if (!file.parent_path().empty()) create_folder(file.parent_path());
  const fs::path temporary = temporary_name(file);
  std::error_code ignored;
  std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
  if (!out) {
    throw InputError("cannot write '" + file.string() + "': " + std::strerror(errno) +
                     "; choose a folder that you may write to");
  }
  errno = 0;  // a full disk shows at any write, not only at the last
  try {
    writer(out);
  } catch (...) {
    fs::remove(temporary, ignored);
    throw;
  }
  out.close();
  if (!out) {
    const std::string reason = errno != 0 ? std::strerror(errno) : "write failed";
    fs::remove(temporary, ignored);
    throw InputError("cannot write '" + file.string() + "': " + reason +
                     "; free disk space or choose another folder");
  }
  std::error_code error;
  fs::rename(temporary, file, error);
  if (error) {
    fs::remove(temporary, ignored);
    throw InputError("cannot write '" + file.string() + "': " + error.message());
  }
}

void write_file(const fs::path& file, std::string_view content) {
  write_file(file, [&](std::ostream& out) {
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
  });
}

void require_writable(const fs::path& file) {
  if (!file.parent_path().empty()) create_folder(file.parent_path());
  const fs::path temporary = temporary_name(file);
  const bool opened = std::ofstream(temporary, std::ios::binary | std::ios::trunc).is_open();
  const int reason = errno;
  std::error_code ignored;
  fs::remove(temporary, ignored);
  if (opened && !fs::is_directory(file, ignored)) return;
  throw InputError("cannot write '" + file.string() + "': " + std::strerror(opened ? EISDIR : reason) +
                   "; choose a folder that you may write to");
}

std::string read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!in || fs::is_directory(file)) {
    throw InputError("cannot read '" + file.string() + "': " + std::strerror(errno != 0 ? errno : EISDIR) +
                     "; check the path");
  }
  text << in.rdbuf();
  return text.str();
}

void open_output_folder(const fs::path& folder, std::string_view kind) {
  const fs::path marker = folder / ".napier";
  std::error_code error;
  if (fs::exists(marker, error)) {
    const std::string owner = read_file(marker);
    if (owner == std::string(kind) + "\n") return;
    throw InputError("output folder '" + folder.string() + "' belongs to 'napier " +
                     owner.substr(0, owner.find('\n')) + "'; choose another folder for 'napier " +
                     std::string(kind) + "'");
  }
  if (fs::exists(folder, error) && (!fs::is_directory(folder, error) || !fs::is_empty(folder, error))) {
    throw InputError("output folder '" + folder.string() +
                     "' holds something that Napier did not write; choose a new or empty folder");
  }
  create_folder(folder);
  write_file(marker, std::string(kind) + "\n");
}

}  // namespace napier
