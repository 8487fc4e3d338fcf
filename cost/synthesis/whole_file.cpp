#include "cost/synthesis/whole_file.hpp"

#include "models/base/error.hpp"
#include "models/base/files.hpp"

namespace napier::cost {

void require_whole(const std::filesystem::path& file, std::string_view ending) {
  if (std::filesystem::exists(file) && read_file(file).ends_with(ending)) return;
  throw ToolError("'" + file.string() +
                  "' is incomplete: the tool that wrote it ran out of disk space, or is of another version; "
                  "free disk space and run the same command again");
}

}  // namespace napier::cost
