#include "models/trace/trace_seal.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <span>

#include "models/base/digest.hpp"
#include "models/base/error.hpp"

namespace napier {
namespace {

constexpr std::string_view kMagic = "Napier trace\n";
constexpr std::string_view kVersionKey = "format version ";
constexpr std::string_view kBytesKey = "bytes ";
constexpr std::string_view kHdf5Magic = "\x89HDF\r\n\x1a\n";

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& why,
                         const std::string& remedy) {
  throw InputError("trace '" + file.string() + "' " + why + "; " + remedy);
}

constexpr const char* kWriteAgain = "write it again with 'napier train EXPERIMENT -o DIR --trace FILE'";

/// A file's bytes, read-only, without copying them.
class MappedFile {
 public:
  explicit MappedFile(const std::filesystem::path& file) {
    const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status {};
    if (descriptor < 0 || fstat(descriptor, &status) != 0 || S_ISDIR(status.st_mode)) {
      const int error = descriptor < 0 ? errno : EISDIR;
      if (descriptor >= 0) close(descriptor);
      refuse(file, std::string("cannot be read: ") + std::strerror(error), "check the path");
    }
    size_ = static_cast<std::size_t>(status.st_size);
    if (size_ > 0) data_ = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
    const int error = errno;
    close(descriptor);
    if (data_ == MAP_FAILED)
      refuse(file, std::string("cannot be read: ") + std::strerror(error), "check the path");
  }
  ~MappedFile() {
    if (size_ > 0) munmap(data_, size_);
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  std::string_view bytes() const { return {static_cast<const char*>(data_), size_}; }

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

/// The number after `key` in the seal, or -1.
long long number_after(std::string_view seal, std::string_view key) {
  const std::size_t at = seal.find(key);
  long long value = -1;
  if (at == std::string_view::npos) return value;
  std::from_chars(seal.data() + at + key.size(), seal.data() + seal.size(), value);
  return value;
}

}  // namespace

std::string make_seal(std::string_view content, int version) {
  std::string seal(kMagic);
  seal += std::string(kVersionKey) + std::to_string(version) + '\n';
  seal += std::string(kBytesKey) + std::to_string(content.size()) + '\n';
  seal += "sha256 " + sha256(content) + '\n';
  seal += "An HDF5 file with a user block of 512 bytes: open it with h5py, h5ls or h5dump.\n";
  seal += "The numbers above are of the bytes after the user block.\n";
  seal.resize(kSealBytes, '\n');
  return seal;
}

void check_seal(const std::filesystem::path& file, int version) {
  const MappedFile mapped(file);
  const std::string_view bytes = mapped.bytes();
  if (!bytes.starts_with(kMagic)) {
    const bool cut = !bytes.empty() && kMagic.starts_with(bytes);
    if (cut) refuse(file, "is truncated", kWriteAgain);
    const bool hdf5 = bytes.starts_with(kHdf5Magic);
    refuse(file, hdf5 ? "is an HDF5 file, but not a Napier trace" : "is not a Napier trace",
           "give a file that 'napier train ... --trace' wrote");
  }
  if (bytes.size() < kSealBytes) refuse(file, "is truncated", kWriteAgain);
  const std::string_view seal = bytes.substr(0, kSealBytes), content = bytes.substr(kSealBytes);
  const long long found = number_after(seal, kVersionKey);
  if (found >= 0 && found != version) {
    refuse(file,
           "has format version " + std::to_string(found) + ", this program reads version " +
               std::to_string(version),
           found > version ? "use a newer Napier" : kWriteAgain);
  }
  const long long expected = number_after(seal, kBytesKey);
  if (expected > static_cast<long long>(content.size())) {
    refuse(file,
           "is truncated: it holds " + std::to_string(content.size()) + " of " + std::to_string(expected) +
               " bytes",
           kWriteAgain);
  }
  if (seal != make_seal(content, version))
    refuse(file, "was altered: its checksum does not fit", kWriteAgain);
}

}  // namespace napier
