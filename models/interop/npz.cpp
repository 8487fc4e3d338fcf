// NumPy's archives through libzip, in memory from end to end.
#include <zip.h>

#include <memory>
#include <new>

#include "models/base/error.hpp"
#include "models/interop/array_formats.hpp"

namespace napier::interop {
namespace {

constexpr zip_uint16_t kNoTime = 0;
constexpr zip_uint16_t kFirstDate = 0x21;  // 1980-01-01, the earliest a zip archive can say
constexpr zip_uint32_t kDeflateLevel = 1;
constexpr std::string_view kEnding = ".npy";

struct DiscardArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct FreeSource {
  void operator()(zip_source_t* source) const { zip_source_free(source); }
};
struct CloseFile {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};
using Archive = std::unique_ptr<zip_t, DiscardArchive>;
using Source = std::unique_ptr<zip_source_t, FreeSource>;

/// libzip refuses nothing of what is asked here as long as there is memory.
void need(bool succeeded) {
  if (!succeeded) throw std::bad_alloc();
}

std::string content_of(zip_source_t* source) {
  zip_stat_t about;
  need(zip_source_stat(source, &about) == 0 && zip_source_open(source) == 0);
  std::string bytes(about.size, '\0');
  need(zip_source_read(source, bytes.data(), about.size) == static_cast<zip_int64_t>(about.size));
  zip_source_close(source);
  return bytes;
}

Array read_member(zip_t* archive, zip_uint64_t index, const std::string& place) {
  zip_stat_t about;
  const auto damaged = [&](const std::string& name) {
    return InputError("array '" + name + "' of " + place + " cannot be unpacked: " + zip_strerror(archive) +
                      "; save the archive again");
  };
  if (zip_stat_index(archive, index, 0, &about) != 0) throw damaged(std::to_string(index));
  std::string name = about.name;
  const std::unique_ptr<zip_file_t, CloseFile> file(zip_fopen_index(archive, index, 0));
  if (!file) throw damaged(name);
  std::string bytes;
  std::string piece(std::size_t{1} << 20, '\0');
  for (zip_int64_t got = 0; (got = zip_fread(file.get(), piece.data(), piece.size())) != 0;) {
    if (got < 0) throw damaged(name);
    bytes.append(piece, 0, static_cast<std::size_t>(got));
  }
  if (name.ends_with(kEnding)) name.resize(name.size() - kEnding.size());
  return from_npy(bytes, name, place);
}

}  // namespace

std::string to_npz(const std::vector<Array>& arrays) {
  const Source target(zip_source_buffer_create(nullptr, 0, 0, nullptr));
  need(target != nullptr);
  zip_source_keep(target.get());  // outlives the archive, so that its content can be read
  Archive archive(zip_open_from_source(target.get(), ZIP_TRUNCATE, nullptr));
  need(archive != nullptr);
  std::vector<std::string> members;  // libzip reads them when it closes the archive
  members.reserve(arrays.size());
  for (const Array& array : arrays) {
    const std::string& bytes = members.emplace_back(to_npy(array));
    zip_source_t* source = zip_source_buffer(archive.get(), bytes.data(), bytes.size(), 0);
    need(source != nullptr);
    const std::string name = array.name + std::string(kEnding);
    const zip_int64_t index = zip_file_add(archive.get(), name.c_str(), source, ZIP_FL_ENC_UTF_8);
    need(index >= 0);
    const auto member = static_cast<zip_uint64_t>(index);
    need(zip_file_set_dostime(archive.get(), member, kNoTime, kFirstDate, 0) == 0);
    need(zip_set_file_compression(archive.get(), member, ZIP_CM_DEFLATE, kDeflateLevel) == 0);
  }
  need(zip_close(archive.get()) == 0);
  archive.release();  // closed, hence gone
  return content_of(target.get());
}

std::vector<Array> from_npz(const std::string& bytes, const std::string& place) {
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, nullptr);
  need(source != nullptr);
  const Archive archive(zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, nullptr));
  if (!archive) {
    zip_source_free(source);
    throw InputError(place + " is no whole zip archive, as .npz files are; save it with numpy.savez");
  }
  std::vector<Array> arrays;
  const zip_int64_t count = zip_get_num_entries(archive.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    arrays.push_back(read_member(archive.get(), static_cast<zip_uint64_t>(i), place));
  }
  return arrays;
}

}  // namespace napier::interop
