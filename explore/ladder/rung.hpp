#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "models/design/design.hpp"

/// The verification ladder: what `napier verify --level` climbs, rung by rung. docs/verification.md.
namespace napier::explore::ladder {

/// How much of each rung is climbed: `ci` in about a minute of one core, `full` everything.
enum class Level { kCi, kFull };

/// What all rungs are given.
struct Climb {
  Level level = Level::kCi;
  std::uint64_t seed = 1;
  std::filesystem::path folder;  ///< output folder of the whole ladder
  std::vector<Design> designs;   ///< whose Verilog is proven; rung d draws its own
  /// Called with one line of text as work goes on; may be empty.
  std::function<void(const std::string& line)> progress;

  bool full() const { return level == Level::kFull; }
  void say(const std::string& line) const {
    if (progress) progress(line);
  }
};

/// What one rung found.
struct RungResult {
  std::int64_t count = 0;             ///< of what `Rung::counts` names
  std::string summary;                ///< one line: what was shown
  std::vector<std::string> failures;  ///< each with what reproduces it; empty where the rung holds
  bool held() const { return failures.empty(); }
};

struct Rung {
  char letter;
  std::string title;   ///< "exhaustive"
  std::string counts;  ///< unit of RungResult::count, in the plural
  std::function<RungResult(const Climb&, const std::filesystem::path& folder)> climb;
};

}  // namespace napier::explore::ladder
