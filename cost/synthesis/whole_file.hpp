#pragma once
#include <filesystem>
#include <string_view>

namespace napier::cost {

/// Throws ToolError unless the file, which a tool wrote, ends with `ending`, its format's last line. Yosys
/// and OpenSTA do not notice a full disk: they leave a part of the file and exit with 0.
void require_whole(const std::filesystem::path& file, std::string_view ending);

}  // namespace napier::cost
