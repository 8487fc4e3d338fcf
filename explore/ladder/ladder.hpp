#pragma once
#include <string>
#include <vector>

#include "explore/ladder/rung.hpp"

namespace napier::explore::ladder {

/// One rung climbed.
struct Step {
  char letter;
  std::string title, counts;
  RungResult result;
  double seconds = 0;   ///< wall time of this run
  bool reused = false;  ///< held in an earlier run of the same ladder
};

/// The rungs, from the lowest.
const std::vector<Rung>& rungs();

/// Climbs the rungs named in `letters` (all where it is empty) in climb.folder, made by open_output_folder,
/// and goes on where one fails. A rung that held before for the same designs, level, seed and program is
/// taken as it is; an interrupted one continues. Writes ladder.csv and ladder.json, without times, and
/// run.json with them. Throws ToolError where a tool is missing, InputError for a letter that is no rung.
std::vector<Step> climb_ladder(const Climb& climb, const std::string& letters);

/// The table that `napier verify --level` prints.
std::string table(const std::vector<Step>& steps);

/// Designs that are climbed where the user names none: between them every style of lane, rounding, overflow
/// and update that the generator has. `ci` takes the first ones.
std::vector<Design> default_designs(Level level);

}  // namespace napier::explore::ladder
