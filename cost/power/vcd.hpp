#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace napier::cost {

/// Reads a value change dump (IEEE 1364-2005, section 18) as a stream, so that its size does not matter.
/// `signals` gives for a variable's name the numbers of its bits, least significant first; other variables
/// are passed over. `change` is called with time (in units of the dump's timescale), bit number and new value
/// (0, 1, 2 unknown) in the file's order, only where the value differs from the one before (2 at first).
/// `end` is the dump's last time. Throws ToolError "file:line: ..." on anything that is not a VCD.
struct VcdSummary {
  double timescale_seconds = 0;
  std::int64_t end = 0;
};
VcdSummary read_vcd(const std::filesystem::path& file, const std::map<std::string, std::vector<int>>& signals,
                    const std::function<void(std::int64_t time, int bit, std::uint8_t value)>& change);

/// Number of 0-1 and 1-0 changes of each bit in [from, to).
std::map<int, std::int64_t> count_toggles(const std::filesystem::path& file,
                                          const std::map<std::string, std::vector<int>>& signals,
                                          std::int64_t from, std::int64_t to);

}  // namespace napier::cost
