#pragma once
#include <string>

#include "models/base/process.hpp"
#include "tests/explore/fake_stages.hpp"

/// Pages as a browser shows them.
namespace napier::explore {

/// The page with its scripts run, network off, as HTML.
inline std::string rendered(const std::string& page) {
  const Scratch folder;
  write_file(folder.path() / "report.html", page);
  run_tool(
      {"chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
       "--host-resolver-rules=MAP * ~NOTFOUND", "--user-data-dir=" + (folder.path() / "profile").string(),
       "--dump-dom", "file://" + (folder.path() / "report.html").string()},
      folder.path(), folder.path() / "dom.log");
  return read_file(folder.path() / "dom.log");
}

inline std::size_t occurrences(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

}  // namespace napier::explore
