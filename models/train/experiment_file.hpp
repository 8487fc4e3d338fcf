#pragma once
#include <filesystem>
#include <string>

#include "models/config/schema.hpp"
#include "models/train/experiment.hpp"

/// Experiments as YAML files. docs/formats/experiment.md lists the keys.
namespace napier {

const config::Schema<Experiment>& experiment_schema();

/// An experiment with the place of its data set's key, for messages.
struct ExperimentFile {
  Experiment experiment;  ///< design and dataset.folder are paths from the current folder
  std::string dataset_place;
};

/// Reads and checks an experiment. InputError names file, line, column, key and remedy.
ExperimentFile read_experiment(const std::filesystem::path& file);

/// Throws InputError where parameters, each legal alone, contradict each other. `document` gives their
/// places.
void check_experiment(const Experiment& experiment, const config::Document& document);

/// The experiment as YAML, all parameters written.
std::string resolved_yaml(const Experiment& experiment);

}  // namespace napier
