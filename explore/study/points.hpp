#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "explore/study/study.hpp"
#include "models/design/design.hpp"
#include "models/train/experiment.hpp"

namespace napier::explore {

/// One combination of a study with one seed, ready to train.
struct StudyRun {
  std::string variant;              ///< its name; "" where the study has none
  std::vector<std::string> values;  ///< labels of the axes' values; empty for a reference
  bool reference = false;
  std::uint32_t seed = 0;
  Experiment experiment;  ///< paths absolute
  Design design;
  std::vector<std::filesystem::path> data;  ///< that it trains and tests on
  std::string start;                        ///< digest of the training whose weights it starts from, or ""
  /// SHA-256 of experiment and design as resolved: equal runs of different combinations are one.
  std::string digest;
};

/// A study read from its file, every combination checked, so that a mistake shows before hours of work.
struct LoadedStudy {
  Study study;
  std::vector<StudyRun> starts;  ///< one a seed, or none
  std::vector<StudyRun> runs;    ///< variants slowest, then the axes in order, then seeds; references last
};

/// Folder of a run, and of a training that runs start from, below that of the study.
std::string run_folder(const std::string& digest);
std::string start_folder(const std::string& digest);

/// What stands for each value of the axis in tables: its label, or the value as written.
std::vector<std::string> labels_of(const StudyAxis& axis);

/// Reads a study file and the files it names; paths in it are relative to its own folder. InputError names
/// file, place and remedy: of a key that neither design nor experiment has, of one set twice, of a value out
/// of range, and of the combination whose keys contradict each other.
LoadedStudy read_study(const std::filesystem::path& file);

}  // namespace napier::explore
