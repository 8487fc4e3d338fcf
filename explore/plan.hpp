#pragma once
#include <filesystem>

#include "explore/runner.hpp"
#include "explore/sweep.hpp"

namespace napier::explore {

/// Files of one design in a sweep's output folder.
struct PointFolder {
  PointFolder(const std::filesystem::path& sweep_folder, const std::string& design)
      : root(sweep_folder / "designs" / design) {}

  std::filesystem::path stage(const std::string& name) const { return root / name; }
  std::filesystem::path trace() const { return root / "trace.h5"; }

  std::filesystem::path root;
};

/// train -> sim -> verify -> synth for one design of the sweep. `program` is the napier program itself.
Plan plan_point(const LoadedSweep& loaded, const Point& point, const std::filesystem::path& folder,
                const std::filesystem::path& program);

/// Training alone, for the reference.
Plan plan_reference(const LoadedSweep& loaded, const Point& point, const std::filesystem::path& folder,
                    const std::filesystem::path& program);

}  // namespace napier::explore
