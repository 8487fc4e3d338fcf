// Arrays as HDF5 groups and datasets.
#include <map>
#include <type_traits>

#include "models/interop/array_formats.hpp"
#include "models/trace/hdf5_saver.hpp"

namespace napier::interop {
namespace {

using hdf5::Handle;

/// Groups by path, each made when it is first asked for.
class Groups {
 public:
  explicit Groups(hid_t file) : file_(file) {}

  hid_t of(const std::string& path) {
    if (path.empty()) return file_;
    const auto found = groups_.find(path);
    if (found != groups_.end()) return found->second.get();
    const std::size_t slash = path.rfind('/');
    const hid_t parent = slash == std::string::npos ? file_ : of(path.substr(0, slash));
    const std::string leaf = slash == std::string::npos ? path : path.substr(slash + 1);
    return groups_.emplace(path, hdf5::create_group(parent, leaf)).first->second.get();
  }

 private:
  hid_t file_;
  std::map<std::string, Handle> groups_;
};

void save(hid_t group, const std::string& name, const Array& array) {
  hdf5::Saver saver(group);
  std::visit(
      [&](const auto& values) {
        if constexpr (std::is_same_v<std::decay_t<decltype(values)>, std::string>) {
          saver.text(name, values);
        } else {
          saver.dataset(name, values, array.shape, array.unit, array.meaning);
        }
      },
      array.values);
}

}  // namespace

std::string to_hdf5(const std::vector<Array>& arrays) {
  const hdf5::Silence silence;
  const Handle file = hdf5::create_image(0);
  {
    Groups groups(file.get());
    for (const Array& array : arrays) {
      const std::size_t slash = array.name.rfind('/');
      const bool grouped = slash != std::string::npos;
      save(groups.of(grouped ? array.name.substr(0, slash) : ""),
           grouped ? array.name.substr(slash + 1) : array.name, array);
    }
  }
  return hdf5::image_of(file);
}

}  // namespace napier::interop
