#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "models/config/schema.hpp"

namespace napier::explore {

/// A curve of a study: what is set for it, before the axes.
struct StudyVariant {
  std::string name;
  std::vector<config::Entry> set;
};

/// A key that a study varies, and keys that move along with it.
struct StudyAxis {
  std::string key;
  std::string title;  ///< with unit; empty: the key
  std::vector<config::Node> values;
  std::vector<config::Node> labels;  ///< one a value, or none: the values themselves
  std::vector<config::Entry> with;   ///< keys that move along, each a list with one value a value of the axis
  bool logarithmic = false;          ///< in the chart; labels must be numbers
};

/// Training before the training: every run of a seed starts from the weights that this leaves with that seed.
struct StudyStart {
  std::filesystem::path experiment;  ///< empty: runs start from random weights
  std::filesystem::path design;      ///< empty: the experiment's
  std::vector<config::Entry> set;
};

/// A study description: an experiment trained with every combination of variant, axis values and seed.
/// docs/formats/study.md lists the keys.
///
/// Contract: keys in `set`, `key` and `with` are those of a design or an experiment; "design" and
/// "experiment" name files in their place. A key may be set once a point.
struct Study {
  std::string name = "unnamed";
  std::string title;
  std::filesystem::path experiment;
  std::filesystem::path design;  ///< empty: the experiment's
  std::vector<std::uint32_t> seeds = {1, 2, 3};
  std::vector<std::string> metrics = {"test_accuracy_percent", "train_loss"};
  std::vector<config::Entry> set;  ///< for every run
  StudyStart start;
  std::vector<StudyVariant> variants;    ///< none: one without a name
  std::vector<StudyAxis> axes;           ///< the first is the chart's x
  std::vector<StudyVariant> references;  ///< run without the axes, for comparison
};

/// Every parameter of a study, declared once.
const config::Schema<Study>& study_schema();

}  // namespace napier::explore
