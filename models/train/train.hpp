#pragma once
#include <filesystem>
#include <optional>
#include <ostream>
#include <string>

#include "models/design/design.hpp"
#include "models/train/experiment.hpp"

namespace napier {

struct TrainRequest {
  Experiment experiment;
  Design design;  ///< what experiment.design names, or another that replaces it
  std::filesystem::path folder;
  std::optional<std::filesystem::path> trace;
  std::optional<std::filesystem::path> dump;  ///< where all weights and biases go at the end, as arrays
  int threads = 0;                            ///< 0: as many as the machine has; results do not depend on it
  std::string dataset_place = "dataset.folder";  ///< for messages
  std::ostream* progress = nullptr;              ///< where progress is told, or null
  bool terminal = false;                         ///< progress may draw one line again and again
};

struct TrainResult {
  double test_accuracy_percent = 0;
  double train_loss = 0;  ///< mean over the last epoch, nats
  double test_loss = 0;   ///< after the last epoch, nats
  std::string kernel;     ///< of the matrix products
};

/// Trains from the start, or goes on from the folder's checkpoint, to the end. Writes into `folder`:
///   resolved.yaml, design.yaml  experiment and design with every default
///   metrics.csv, epochs.csv     a row a step, a row an epoch
///   checkpoint.bin              after each epoch, and when interrupted
///   stats.json, stats.txt       at the end
///   run.json                    version, seed, kernel, wall time: the only file that may differ between
///   equal runs
/// Throws InputError on bad input, Interrupted after Ctrl-C, when the checkpoint has been written.
TrainResult train(const TrainRequest& request);

}  // namespace napier
