// Writes a trace. The HDF5 file is built in memory, because HDF5 does not recover from a full disk; the
// finished image is sealed and written by write_file.
#include <algorithm>
#include <initializer_list>
#include <new>
#include <ostream>

#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/base/interrupt.hpp"
#include "models/design/design_file.hpp"
#include "models/design/widths.hpp"
#include "models/trace/hdf5_file.hpp"
#include "models/trace/record_check.hpp"
#include "models/trace/trace.hpp"
#include "models/trace/trace_layout.hpp"
#include "models/trace/trace_seal.hpp"

namespace napier {
namespace {

using hdf5::Handle;

/// HDF5 refuses nothing of what is asked here as long as there is memory.
void need(bool succeeded) {
  if (!succeeded) throw std::bad_alloc();
}

Handle need(Handle handle) {
  need(handle.valid());
  return handle;
}

constexpr hsize_t kChunkBytes = 1 << 20;
constexpr unsigned kDeflateLevel = 1;
constexpr std::size_t kMemoryIncrement = std::size_t{16} << 20;

/// Saves one record, or the file's head, into a group.
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
  void dataset(const std::string& name, const std::vector<T>& values,
               std::initializer_list<std::int64_t> sizes, const std::string& unit,
               const std::string& meaning) {
    const std::vector<hsize_t> dims(sizes.begin(), sizes.end());
    const int rank = static_cast<int>(dims.size());
    const Handle space = need(Handle(H5Screate_simple(rank, dims.data(), nullptr), H5Sclose));
    const Handle properties = dataset_properties(dims, sizeof(T));
    const Handle set = need(Handle(H5Dcreate2(group_, name.c_str(), hdf5::file_type<T>(), space.get(),
                                              H5P_DEFAULT, properties.get(), H5P_DEFAULT),
                                   H5Dclose));
    need(H5Dwrite(set.get(), hdf5::memory_type<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
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
    hsize_t row_bytes = element_bytes;
    for (std::size_t i = 1; i < dims.size(); ++i) row_bytes *= dims[i];
    dims[0] = std::clamp<hsize_t>(kChunkBytes / row_bytes, 1, dims[0]);
    H5Pset_obj_track_times(properties.get(), false);
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

Handle create_group(hid_t parent, const std::string& name) {
  const Handle properties = need(Handle(H5Pcreate(H5P_GROUP_CREATE), H5Pclose));
  H5Pset_obj_track_times(properties.get(), false);
  return need(Handle(H5Gcreate2(parent, name.c_str(), H5P_DEFAULT, properties.get(), H5P_DEFAULT), H5Gclose));
}

/// A file in memory only, with room for the seal before it.
Handle create_image() {
  const Handle access = need(Handle(H5Pcreate(H5P_FILE_ACCESS), H5Pclose));
  need(H5Pset_fapl_core(access.get(), kMemoryIncrement, false) >= 0);
  const Handle creation = need(Handle(H5Pcreate(H5P_FILE_CREATE), H5Pclose));
  need(H5Pset_userblock(creation.get(), kSealBytes) >= 0);
  H5Pset_obj_track_times(creation.get(), false);
  return need(Handle(H5Fcreate("napier-trace-image", H5F_ACC_TRUNC, creation.get(), access.get()), H5Fclose));
}

void save(const Trace& trace, hid_t file) {
  const std::string design_text = resolved_yaml(trace.design);
  Saver head(file);
  head.attribute("format", std::string("napier trace"));
  head.attribute("format_version", trace_layout::kVersion);
  head.attribute("design_name", trace.design.name);
  head.attribute("design_digest", design_digest(trace.design));
  head.attribute("network", trace.network);
  head.attribute("experiment", trace.experiment);
  head.attribute("gemm_records", trace.gemms.size());
  head.attribute("update_records", trace.updates.size());
  head.text("design", design_text);
  const Handle gemms = create_group(file, "gemm"), updates = create_group(file, "update");
  for (std::size_t i = 0; i < trace.gemms.size(); ++i) {
    check_interrupt();
    check_record(trace.design, trace.gemms[i], "trace record " + describe(trace.gemms[i]));
    const Handle group = create_group(gemms.get(), trace_layout::record_name(i, trace.gemms[i]));
    Saver saver(group.get());
    trace_layout::gemm(saver, trace.gemms[i]);
  }
  for (std::size_t i = 0; i < trace.updates.size(); ++i) {
    check_interrupt();
    check_record(trace.design, trace.updates[i], "trace record " + describe(trace.updates[i]));
    const Handle group = create_group(updates.get(), trace_layout::record_name(i, trace.updates[i]));
    Saver saver(group.get());
    trace_layout::update(saver, trace.updates[i], widths::stochastic_update(trace.design));
  }
}

}  // namespace

void write_trace(const Trace& trace, const std::filesystem::path& path) {
  check_traceable(trace.design, "trace '" + path.string() + "'");
  const hdf5::Silence silence;
  std::string image;
  {
    const Handle file = create_image();
    save(trace, file.get());
    need(H5Fflush(file.get(), H5F_SCOPE_GLOBAL) >= 0);
    const ssize_t size = H5Fget_file_image(file.get(), nullptr, 0);  // without the user block
    need(size > 0);
    image.resize(static_cast<std::size_t>(size));
    need(H5Fget_file_image(file.get(), image.data(), image.size()) == size);
  }
  write_file(path, [&](std::ostream& out) { out << make_seal(image, trace_layout::kVersion) << image; });
}

}  // namespace napier
