#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "explore/runner.hpp"
#include "explore/sweep.hpp"

namespace napier::explore {

/// What a sweep's output folder remembers of the sweep, so that its report can be made again from the folder
/// alone: the file sweep.json.
struct Manifest {
  struct StageEntry {
    std::string name;
    std::string command;  ///< as to be typed; $OUT stands for the output folder
  };
  struct DesignEntry {
    std::string name;
    std::string summary;  ///< the datapath in words
    std::vector<StageEntry> stages;
  };

  std::string name;
  std::string command;  ///< the sweep's own; $OUT as above
  std::string experiment;
  std::vector<DesignEntry> designs;
  std::optional<DesignEntry> reference;
};

Manifest make_manifest(const LoadedSweep& loaded, const std::filesystem::path& sweep_file,
                       const std::filesystem::path& folder, const std::vector<Plan>& plans);

void write_manifest(const Manifest& manifest, const std::filesystem::path& folder);

/// InputError where the folder is not one of a sweep.
Manifest read_manifest(const std::filesystem::path& folder);

/// The datapath in a few words: "INT8, 24-bit accumulators, 32 lanes x 32; weights updated in ...".
/// MAC".
std::string describe(const Design& design);

}  // namespace napier::explore
