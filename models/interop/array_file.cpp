#include "models/interop/array_file.hpp"

#include <algorithm>
#include <set>

#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/interop/array_formats.hpp"

namespace napier {
namespace fs = std::filesystem;
namespace {

enum class Kind { kNpy, kNpz, kHdf5, kCsv, kText };

Kind kind_of(const fs::path& file, bool reading) {
  const std::string ending = file.extension().string();
  if (ending == ".npy") return Kind::kNpy;
  if (ending == ".npz") return Kind::kNpz;
  if (ending == ".csv") return Kind::kCsv;
  if (ending == ".txt") return Kind::kText;
  if (!reading && (ending == ".h5" || ending == ".hdf5")) return Kind::kHdf5;
  throw InputError(
      "'" + file.string() + "' has none of the endings that arrays are " +
      (reading ? "read from: .npy .npz .csv .txt" : "written to: .npy .npz .h5 .hdf5 .csv .txt"));
}

void check_names(const fs::path& file, const std::vector<Array>& arrays) {
  std::set<std::string> names;
  for (const Array& array : arrays) {
    if (array.name.empty() || !names.insert(array.name).second) {
      throw InputError("'" + file.string() + "' would hold two arrays of the name '" + array.name +
                       "'; give each a name of its own");
    }
  }
}

const Array& only(const fs::path& file, const std::vector<Array>& arrays) {
  if (arrays.size() != 1) {
    throw InputError("'" + file.string() + "' holds one array, but there are " +
                     std::to_string(arrays.size()) + " to write; write to a .npz or .h5 file");
  }
  return arrays.front();
}

}  // namespace

void check_array_file_name(const fs::path& file, bool reading) { kind_of(file, reading); }

std::vector<Array> read_arrays(const fs::path& file) {
  const Kind kind = kind_of(file, true);
  const std::string bytes = read_file(file);
  const std::string place = "'" + file.string() + "'";
  const std::string name = file.stem().string();
  if (kind == Kind::kNpz) return interop::from_npz(bytes, place);
  if (kind == Kind::kNpy) return {interop::from_npy(bytes, name, place)};
  return {interop::from_text(bytes, kind == Kind::kCsv ? ',' : ' ', name, place)};
}

void write_arrays(const fs::path& file, const std::vector<Array>& arrays) {
  const Kind kind = kind_of(file, false);
  check_names(file, arrays);
  const std::string place = "'" + file.string() + "'";
  switch (kind) {
    case Kind::kNpz:
      return write_file(file, interop::to_npz(arrays));
    case Kind::kHdf5:
      return write_file(file, interop::to_hdf5(arrays));
    case Kind::kNpy:
      return write_file(file, interop::to_npy(only(file, arrays)));
    case Kind::kCsv:
      return write_file(file, interop::to_text(only(file, arrays), ',', place));
    case Kind::kText:
      return write_file(file, interop::to_text(only(file, arrays), ' ', place));
  }
}

}  // namespace napier
