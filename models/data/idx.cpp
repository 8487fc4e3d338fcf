#include "models/data/idx.hpp"

#include <zlib.h>

#include <algorithm>
#include <memory>
#include <string>

#include "models/base/error.hpp"

namespace napier {
namespace {

constexpr int kUnsignedByte = 8;
constexpr std::size_t kLargest = std::size_t{1} << 31;  // bytes; no header may make us allocate more

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& why) {
  throw InputError("'" + file.string() + "' " + why +
                   "; install the data set again: apt-get install --reinstall dataset-fashion-mnist");
}

struct Close {
  void operator()(gzFile_s* file) const { gzclose(file); }
};

/// Reads `size` bytes or refuses the file.
void read_exactly(gzFile_s* in, const std::filesystem::path& file, std::uint8_t* to, std::size_t size) {
  constexpr std::size_t kChunk = std::size_t{1} << 24;
  for (std::size_t done = 0; done < size;) {
    const int got = gzread(in, to + done, static_cast<unsigned>(std::min(kChunk, size - done)));
    if (got <= 0) {
      int code = Z_OK;
      const std::string reason = gzerror(in, &code);
      refuse(file, code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR ? "is truncated"
                                                                               : "cannot be read: " + reason);
    }
    done += static_cast<std::size_t>(got);
  }
}

}  // namespace

IdxArray read_idx(const std::filesystem::path& file, int dimensions) {
  const std::unique_ptr<gzFile_s, Close> in(gzopen(file.c_str(), "rb"));
  if (in == nullptr) refuse(file, "cannot be opened");
  std::uint8_t magic[4];
  read_exactly(in.get(), file, magic, sizeof magic);
  if (magic[0] != 0 || magic[1] != 0 || magic[2] != kUnsignedByte || magic[3] != dimensions) {
    refuse(file, "is not an IDX file of unsigned bytes with " + std::to_string(dimensions) + " dimensions");
  }
  IdxArray array;
  std::size_t size = 1;
  for (int i = 0; i < dimensions; ++i) {
    std::uint8_t b[4];
    read_exactly(in.get(), file, b, sizeof b);
    const std::size_t length =
        std::size_t{b[0]} << 24 | std::size_t{b[1]} << 16 | std::size_t{b[2]} << 8 | b[3];
    if (length == 0 || length > kLargest / size) refuse(file, "states an impossible size");
    size *= length;
    array.shape.push_back(static_cast<int>(length));
  }
  array.bytes.resize(size);
  read_exactly(in.get(), file, array.bytes.data(), size);
  std::uint8_t extra = 0;
  if (gzread(in.get(), &extra, 1) != 0)
    refuse(file, "is longer than its header says, or its checksum is wrong");
  return array;
}

}  // namespace napier
