#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "models/train/experiment.hpp"

namespace napier::explore {

/// The files that an experiment trains and tests on, so that a stage knows whether they changed: the four of
/// a data set of images, or the text of a language model; none where that is the Bible that Debian packages
/// hold. InputError where one is missing; `folder_place` and `text_place` say where the file names them.
std::vector<std::filesystem::path> training_data(const Experiment& experiment,
                                                 const std::string& folder_place,
                                                 const std::string& text_place);

}  // namespace napier::explore
