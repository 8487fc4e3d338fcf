#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace napier::explore::ladder {

/// Outcomes of a rung's items, kept one by one as they come, so that an interrupted climb continues where it
/// was. One line an item: name, tab, outcome. A journal of another key is begun anew.
class Journal {
 public:
  /// key: digest of everything that an outcome depends on beside its item's name.
  Journal(std::filesystem::path file, const std::string& key);

  std::optional<std::string> find(const std::string& item) const;
  /// Neither text holds a tab or a line end; those of `outcome` become spaces.
  void add(const std::string& item, std::string outcome);

 private:
  std::filesystem::path file_;
  std::map<std::string, std::string> outcomes_;
};

}  // namespace napier::explore::ladder
