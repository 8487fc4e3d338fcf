#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace napier::explore {

/// A result file of another stage. Each value is asked for by its key ("summary.area_um2"); a missing key or
/// another type is an InputError that names file and key.
class JsonFile {
 public:
  explicit JsonFile(const std::filesystem::path& file);

  double number(const std::string& key) const;
  std::string text(const std::string& key) const;
  std::vector<std::string> texts(const std::string& key) const;
  /// The elements of the file where it is a list.
  std::vector<JsonFile> elements() const;
  /// The elements of a list, each asked in the same manner.
  std::vector<JsonFile> list(const std::string& key) const;

 private:
  JsonFile(const std::filesystem::path& file, std::string place, nlohmann::ordered_json value);
  std::vector<JsonFile> elements_of(const nlohmann::ordered_json& list, const std::string& key) const;
  const nlohmann::ordered_json& at(const std::string& key) const;
  [[noreturn]] void refuse(const std::string& key, const std::string& problem) const;

  std::filesystem::path file_;
  std::string place_;  ///< "energy[3].", before a key in messages
  nlohmann::ordered_json value_;
};

}  // namespace napier::explore
