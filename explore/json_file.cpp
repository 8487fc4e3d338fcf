#include "explore/json_file.hpp"

#include "models/base/error.hpp"
#include "models/base/files.hpp"

namespace napier::explore {
using Json = nlohmann::ordered_json;

JsonFile::JsonFile(const std::filesystem::path& file)
    : file_(file), value_(Json::parse(read_file(file), nullptr, false)) {
  if (value_.is_discarded()) {
    throw InputError("'" + file.string() + "' is not JSON; remove it and run the command again");
  }
}

JsonFile::JsonFile(const std::filesystem::path& file, std::string place, Json value)
    : file_(file), place_(std::move(place)), value_(std::move(value)) {}

void JsonFile::refuse(const std::string& key, const std::string& problem) const {
  throw InputError("'" + file_.string() + "': key '" + place_ + key + "' " + problem +
                   "; was the file made by another version? Remove it and run the command again");
}

const Json& JsonFile::at(const std::string& key) const {
  const Json* here = &value_;
  for (std::size_t from = 0; from <= key.size();) {
    const std::size_t dot = std::min(key.find('.', from), key.size());
    const std::string part = key.substr(from, dot - from);
    if (!here->is_object() || !here->contains(part)) refuse(key, "is missing");
    here = &(*here)[part];
    from = dot + 1;
  }
  return *here;
}

double JsonFile::number(const std::string& key) const {
  const Json& value = at(key);
  if (!value.is_number()) refuse(key, "is no number");
  return value.get<double>();
}

std::string JsonFile::text(const std::string& key) const {
  const Json& value = at(key);
  if (!value.is_string()) refuse(key, "is no text");
  return value.get<std::string>();
}

std::vector<JsonFile> JsonFile::elements_of(const Json& list, const std::string& key) const {
  if (!list.is_array()) refuse(key, "is no list");
  std::vector<JsonFile> elements;
  for (std::size_t i = 0; i < list.size(); ++i) {
    elements.push_back(JsonFile(file_, place_ + key + "[" + std::to_string(i) + "].", list[i]));
  }
  return elements;
}

std::vector<JsonFile> JsonFile::elements() const { return elements_of(value_, ""); }

std::vector<JsonFile> JsonFile::list(const std::string& key) const { return elements_of(at(key), key); }

std::vector<std::string> JsonFile::texts(const std::string& key) const {
  const Json& value = at(key);
  if (!value.is_array()) refuse(key, "is no list");
  std::vector<std::string> texts;
  for (const Json& item : value) {
    if (!item.is_string()) refuse(key, "is no list of texts");
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

}  // namespace napier::explore
