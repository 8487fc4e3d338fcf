#pragma once
#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <new>
#include <string>
#include <vector>

#include "models/trace/hdf5_file.hpp"

/// Writing HDF5 files in memory, because HDF5 does not recover from a full disk; the finished image goes to
/// disk by write_file. The same calls give the same bytes: no object keeps the time it was made.
namespace napier::hdf5 {

/// HDF5 refuses nothing of what is asked here as long as there is memory.
inline void need(bool succeeded) {
  if (!succeeded) throw std::bad_alloc();
}

inline Handle need(Handle handle) {
  need(handle.valid());
  return handle;
}

inline constexpr hsize_t kChunkBytes = 1 << 20;
inline constexpr unsigned kDeflateLevel = 1;
inline constexpr std::size_t kMemoryIncrement = std::size_t{16} << 20;

/// Saves attributes and datasets into a group, and a dataset's own notes.
class Saver {
 public:
  static constexpr bool kLoads = false;
  explicit Saver(hid_t group) : group_(group) {}

  void attribute(const std::string& name, const std::string& text) {
    const Handle type = string_type(text);
    const Handle space = need(Handle(H5Screate(H5S_SCALAR), H5Sclose));
    write_attribute(group_, name, type.get(), type.get(), space.get(), text.data());
  }

  template <class T>
  void attribute(const std::string& name, const T& value) {
    const auto wide = static_cast<std::int64_t>(value);
    const Handle space = need(Handle(H5Screate(H5S_SCALAR), H5Sclose));
    write_attribute(group_, name, H5T_STD_I64LE, H5T_NATIVE_INT64, space.get(), &wide);
  }

  template <class T>
  void dataset(const std::string& name, const std::vector<T>& values, const std::vector<std::int64_t>& sizes,
               const std::string& unit, const std::string& meaning) {
    const std::vector<hsize_t> dims(sizes.begin(), sizes.end());
    const int rank = static_cast<int>(dims.size());
    const Handle space = need(Handle(H5Screate_simple(rank, dims.data(), nullptr), H5Sclose));
    const Handle properties = dataset_properties(dims, sizeof(T));
    const Handle set = need(Handle(H5Dcreate2(group_, name.c_str(), file_type<T>(), space.get(), H5P_DEFAULT,
                                              properties.get(), H5P_DEFAULT),
                                   H5Dclose));
    need(H5Dwrite(set.get(), memory_type<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
    Saver notes(set.get());
    notes.attribute("unit", unit);
    notes.attribute("meaning", meaning);
  }

  void text(const std::string& name, const std::string& content) {
    const Handle type = string_type(content);
    const Handle space = need(Handle(H5Screate(H5S_SCALAR), H5Sclose));
    const Handle properties = need(Handle(H5Pcreate(H5P_DATASET_CREATE), H5Pclose));
    H5Pset_obj_track_times(properties.get(), false);
    const Handle set = need(Handle(
        H5Dcreate2(group_, name.c_str(), type.get(), space.get(), H5P_DEFAULT, properties.get(), H5P_DEFAULT),
        H5Dclose));
    need(H5Dwrite(set.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, content.data()) >= 0);
  }

 private:
  static Handle string_type(const std::string& text) {
    Handle type = need(Handle(H5Tcopy(H5T_C_S1), H5Tclose));
    H5Tset_size(type.get(), std::max<std::size_t>(text.size(), 1));
    H5Tset_strpad(type.get(), H5T_STR_NULLPAD);
    H5Tset_cset(type.get(), H5T_CSET_UTF8);
    return type;
  }

  /// Chunks of whole rows of about a megabyte, checksummed and compressed; no time of creation, so that the
  /// same trace gives the same bytes.
  static Handle dataset_properties(std::vector<hsize_t> dims, std::size_t element_bytes) {
    Handle properties = need(Handle(H5Pcreate(H5P_DATASET_CREATE), H5Pclose));
    H5Pset_obj_track_times(properties.get(), false);
    if (dims.empty() || std::count(dims.begin(), dims.end(), 0U) > 0)
      return properties;  // nothing to compress
    hsize_t row_bytes = element_bytes;
    for (std::size_t i = 1; i < dims.size(); ++i) row_bytes *= dims[i];
    dims[0] = std::clamp<hsize_t>(kChunkBytes / row_bytes, 1, dims[0]);
    H5Pset_chunk(properties.get(), static_cast<int>(dims.size()), dims.data());
    H5Pset_shuffle(properties.get());
    H5Pset_deflate(properties.get(), kDeflateLevel);
    H5Pset_fletcher32(properties.get());
    return properties;
  }

  static void write_attribute(hid_t object, const std::string& name, hid_t file_type, hid_t memory_type,
                              hid_t space, const void* value) {
    const Handle attribute =
        need(Handle(H5Acreate2(object, name.c_str(), file_type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose));
    need(H5Awrite(attribute.get(), memory_type, value) >= 0);
  }

  hid_t group_;
};

inline Handle create_group(hid_t parent, const std::string& name) {
  const Handle properties = need(Handle(H5Pcreate(H5P_GROUP_CREATE), H5Pclose));
  H5Pset_obj_track_times(properties.get(), false);
  return need(Handle(H5Gcreate2(parent, name.c_str(), H5P_DEFAULT, properties.get(), H5P_DEFAULT), H5Gclose));
}

/// A file in memory only, with room for `user_block` bytes before its content (0, or 512 and more).
inline Handle create_image(hsize_t user_block) {
  const Handle access = need(Handle(H5Pcreate(H5P_FILE_ACCESS), H5Pclose));
  need(H5Pset_fapl_core(access.get(), kMemoryIncrement, false) >= 0);
  const Handle creation = need(Handle(H5Pcreate(H5P_FILE_CREATE), H5Pclose));
  need(H5Pset_userblock(creation.get(), user_block) >= 0);
  H5Pset_obj_track_times(creation.get(), false);
  return need(Handle(H5Fcreate("napier-image", H5F_ACC_TRUNC, creation.get(), access.get()), H5Fclose));
}

/// The content of a file in memory, without its user block.
inline std::string image_of(const Handle& file) {
  need(H5Fflush(file.get(), H5F_SCOPE_GLOBAL) >= 0);
  const ssize_t size = H5Fget_file_image(file.get(), nullptr, 0);
  need(size > 0);
  std::string image(static_cast<std::size_t>(size), '\0');
  need(H5Fget_file_image(file.get(), image.data(), image.size()) == size);
  return image;
}

}  // namespace napier::hdf5
