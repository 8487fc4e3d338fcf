#include "explore/ladder/journal.hpp"

#include <algorithm>
#include <fstream>

#include "models/base/error.hpp"
#include "models/base/files.hpp"

namespace napier::explore::ladder {

Journal::Journal(std::filesystem::path file, const std::string& key) : file_(std::move(file)) {
  std::ifstream in(file_);
  std::string line;
  if (std::getline(in, line) && line == key) {
    while (std::getline(in, line)) {
      if (in.eof()) break;  // a line without its end: the run stopped while writing it
      const std::size_t tab = line.find('\t');
      if (tab != std::string::npos) outcomes_[line.substr(0, tab)] = line.substr(tab + 1);
    }
  }
  std::string kept = key + "\n";
  for (const auto& [item, outcome] : outcomes_) kept.append(item).append("\t").append(outcome).append("\n");
  write_file(file_, kept);
}

std::optional<std::string> Journal::find(const std::string& item) const {
  const auto found = outcomes_.find(item);
  if (found == outcomes_.end()) return std::nullopt;
  return found->second;
}

void Journal::add(const std::string& item, std::string outcome) {
  std::replace_if(
      outcome.begin(), outcome.end(), [](char c) { return c == '\t' || c == '\n'; }, ' ');
  outcomes_[item] = outcome;
  std::ofstream out(file_, std::ios::app);
  out << item << '\t' << outcome << '\n';
  if (!out.flush()) {
    throw InputError("cannot write '" + file_.string() + "'; free disk space or choose another folder");
  }
}

}  // namespace napier::explore::ladder
