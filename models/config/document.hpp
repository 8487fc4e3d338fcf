#pragma once
#include <filesystem>
#include <map>
#include <string>

#include "models/config/parameter.hpp"

namespace napier::config {

/// Where the keys of a file stand, so that checks made after reading can still name the place.
struct Document {
  std::string source;                   ///< file name as the user gave it
  std::map<std::string, Place> places;  ///< of each key that the file sets, lists as "layers[2].size"

  /// Place of a key's value; of the file where the key was left to its default.
  std::string at(const std::string& key) const;
};

/// Fills `object`, a struct that `record` describes, from a map. Unknown keys (with the nearest known one),
/// wrong types, values out of range and missing required keys are InputErrors with file, line and column.
void read_record(const Record& record, const Node& map, void* object, Document& document);

/// Sets one parameter of `object`, which is filled already: `setting.key` is the whole key, as
/// "datapath.term_bits". Checks as read_record does; relations between keys are the caller's to check again.
void update_record(const Record& record, const Entry& setting, void* object, Document& document);

/// The map that read_record fills the same struct from, every parameter written.
Node write_record(const Record& record, const void* object);

/// A path from a configuration file: relative to the folder of that file, absolute as it is.
std::filesystem::path beside(const std::filesystem::path& file, const std::filesystem::path& path);

}  // namespace napier::config
