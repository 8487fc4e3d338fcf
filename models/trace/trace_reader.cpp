// Reads a trace: the seal first, then every object's type and size against what the format says, and only
// then its bytes.
#include <functional>
#include <initializer_list>
#include <limits>

#include "models/base/error.hpp"
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

/// Deflate makes data at most 1032 times smaller; a dataset that claims more than that over what is stored
/// lies about its size.
constexpr std::uint64_t kLargestCompression = 1100;
constexpr std::uint64_t kSmallDataset = 1 << 16;  // bytes
constexpr std::size_t kLargestText = 1 << 20;     // bytes

/// Loads one record, or the file's head, from a group.
class Loader {
 public:
  static constexpr bool kLoads = true;
  Loader(hid_t group, std::string place) : group_(group), place_(std::move(place)) {}

  [[noreturn]] void refuse(const std::string& why) const {
    throw InputError(place_ + " " + why + "; write the trace again with 'napier train ... --trace'");
  }

  void attribute(const std::string& name, std::string& text) const {
    const Handle attribute = open_attribute(name);
    const Handle type(H5Aget_type(attribute.get()), H5Tclose);
    text = read_text("attribute '" + name + "'", type.get(),
                     [&](void* bytes) { return H5Aread(attribute.get(), type.get(), bytes); });
  }

  template <class T>
  void attribute(const std::string& name, T& value) const {
    const std::int64_t wide = integer(name);
    constexpr auto kLow = static_cast<std::int64_t>(std::numeric_limits<T>::min());
    constexpr auto kHigh = static_cast<std::int64_t>(std::numeric_limits<T>::max());
    if (wide < kLow || wide > kHigh) {
      refuse("has the attribute '" + name + "' out of range: " + std::to_string(wide));
    }
    value = static_cast<T>(wide);
  }

  template <class T>
  void dataset(const std::string& name, std::vector<T>& values, std::initializer_list<std::int64_t> sizes,
               const std::string& /*unit*/, const std::string& /*meaning*/) const {
    const Handle set = open_dataset(name);
    const Handle type(H5Dget_type(set.get()), H5Tclose);
    if (H5Tequal(type.get(), hdf5::file_type<T>()) <= 0)
      refuse("has '" + name + "' with another element type");
    const std::uint64_t count = checked_count(name, set.get(), sizes);
    const std::uint64_t stored = H5Dget_storage_size(set.get());
    if (count * sizeof(T) > kLargestCompression * stored + kSmallDataset) {
      refuse("has '" + name + "' that claims " + std::to_string(count) + " elements but stores " +
             std::to_string(stored) + " bytes");
    }
    values.resize(count);
    if (H5Dread(set.get(), hdf5::memory_type<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0) {
      refuse("has '" + name + "' that cannot be decoded");
    }
  }

  std::string text(const std::string& name) const {
    const Handle set = open_dataset(name);
    const Handle type(H5Dget_type(set.get()), H5Tclose);
    const Handle space(H5Dget_space(set.get()), H5Sclose);
    if (H5Sget_simple_extent_type(space.get()) != H5S_SCALAR) refuse("has '" + name + "' that is no text");
    return read_text("'" + name + "'", type.get(), [&](void* bytes) {
      return H5Dread(set.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes);
    });
  }

 private:
  Handle open_attribute(const std::string& name) const {
    Handle attribute(H5Aopen(group_, name.c_str(), H5P_DEFAULT), H5Aclose);
    if (!attribute.valid()) refuse("lacks the attribute '" + name + "'");
    const Handle space(H5Aget_space(attribute.get()), H5Sclose);
    if (H5Sget_simple_extent_type(space.get()) != H5S_SCALAR) {
      refuse("has the attribute '" + name + "' that is no single value");
    }
    return attribute;
  }

  std::int64_t integer(const std::string& name) const {
    const Handle attribute = open_attribute(name);
    const Handle type(H5Aget_type(attribute.get()), H5Tclose);
    std::int64_t value = 0;
    if (H5Tequal(type.get(), H5T_STD_I64LE) <= 0 || H5Aread(attribute.get(), H5T_NATIVE_INT64, &value) < 0) {
      refuse("has the attribute '" + name + "' that is no 64-bit integer");
    }
    return value;
  }

  /// A text of fixed length, filled up with null bytes.
  std::string read_text(const std::string& what, hid_t type, const std::function<herr_t(void*)>& read) const {
    const std::size_t size = H5Tget_size(type);
    if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) != 0 || size > kLargestText) {
      refuse("has " + what + " that is no text of fixed length");
    }
    std::string text(size, '\0');
    if (read(text.data()) < 0) refuse("has " + what + " that cannot be read");
    return text.substr(0, text.find('\0'));
  }

  Handle open_dataset(const std::string& name) const {
    Handle set(H5Dopen2(group_, name.c_str(), H5P_DEFAULT), H5Dclose);
    if (!set.valid()) refuse("lacks the dataset '" + name + "'");
    return set;
  }

  std::uint64_t checked_count(const std::string& name, hid_t set,
                              std::initializer_list<std::int64_t> sizes) const {
    const Handle space(H5Dget_space(set), H5Sclose);
    const int rank = H5Sget_simple_extent_ndims(space.get());
    std::vector<hsize_t> dims(rank > 0 ? static_cast<std::size_t>(rank) : 0);
    if (!dims.empty()) H5Sget_simple_extent_dims(space.get(), dims.data(), nullptr);
    std::uint64_t count = 1;
    std::string expected;
    bool same = dims.size() == sizes.size();
    std::size_t i = 0;
    for (const std::int64_t size : sizes) {
      same = same && size > 0 && dims[i] == static_cast<hsize_t>(size);
      expected += (i++ == 0 ? "" : " x ") + std::to_string(size);
      count *= static_cast<std::uint64_t>(size);
    }
    if (!same) refuse("has '" + name + "' whose shape is not the " + expected + " its attributes say");
    return count;
  }

  hid_t group_;
  std::string place_;
};

/// Names of the links in a group, in alphabetical order.
std::vector<std::string> links(hid_t group) {
  std::vector<std::string> names;
  const auto add = [](hid_t, const char* name, const H5L_info_t*, void* to) -> herr_t {
    static_cast<std::vector<std::string>*>(to)->emplace_back(name);
    return 0;
  };
  H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, add, &names);
  return names;
}

Design load_design(const Loader& head, const std::string& path, Trace& trace) {
  trace.design_text = head.text("design");
  head.attribute("design_digest", trace.design_digest);
  const Design design = parse_design(trace.design_text, path + ":/design");
  if (resolved_yaml(design) != trace.design_text || design_digest(design) != trace.design_digest) {
    head.refuse("holds a design with other parameters than this program's");
  }
  check_traceable(design, "trace '" + path + "'");
  return design;
}

/// Loads every record of the group `kind` with `layout`; their number and names must be as the head says.
template <class R, class Layout>
void load_records(hid_t file, const std::string& path, const std::string& kind, const Loader& head,
                  const Design& design, std::vector<R>& records, Layout layout) {
  const Handle group(H5Gopen2(file, kind.c_str(), H5P_DEFAULT), H5Gclose);
  if (!group.valid()) head.refuse("lacks the group '" + kind + "'");
  const std::vector<std::string> names = links(group.get());
  std::int64_t count = 0;
  head.attribute(kind + "_records", count);
  if (count != static_cast<std::int64_t>(names.size())) {
    head.refuse("holds " + std::to_string(names.size()) + " records in '" + kind + "', its head says " +
                std::to_string(count));
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    check_interrupt();
    const std::string place = "trace '" + path + "': /" + kind + "/" + names[i];
    const Handle member(H5Gopen2(group.get(), names[i].c_str(), H5P_DEFAULT), H5Gclose);
    const Loader loader(member.get(), place);
    if (!member.valid()) loader.refuse("is no group");
    layout(loader, records.emplace_back());
    check_record(design, records.back(), place);
    if (trace_layout::record_name(i, records.back()) != names[i]) {
      loader.refuse("does not stand in its place; its contents say " +
                    trace_layout::record_name(i, records.back()));
    }
  }
}

}  // namespace

Trace read_trace(const std::filesystem::path& path) {
  check_seal(path, trace_layout::kVersion);
  const hdf5::Silence silence;
  const Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  const Loader head(file.get(), "trace '" + path.string() + "'");
  if (!file.valid()) head.refuse("is no HDF5 file behind its seal");
  Trace trace;
  std::string format;
  int version = 0;
  head.attribute("format", format);
  head.attribute("format_version", version);
  if (format != "napier trace" || version != trace_layout::kVersion) head.refuse("has another format");
  head.attribute("network", trace.network);
  head.attribute("experiment", trace.experiment);
  trace.design = load_design(head, path.string(), trace);
  load_records(file.get(), path.string(), "gemm", head, trace.design, trace.gemms,
               [&](const Loader& loader, GemmRecord& r) { trace_layout::gemm(loader, r, trace.design); });
  load_records(file.get(), path.string(), "update", head, trace.design, trace.updates,
               [&](const Loader& loader, UpdateRecord& r) {
                 trace_layout::update(loader, r, widths::stochastic_update(trace.design));
               });
  return trace;
}

}  // namespace napier
