#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

namespace napier {

class Network;

/// Everything that a run of training needs to go on where it stopped.
struct RunState {
  std::int64_t step = 0;            ///< steps done
  double epoch_loss = 0;            ///< sum over this epoch's steps of loss times samples
  std::int64_t epoch_correct = 0;   ///< this epoch's samples
  std::int64_t macs = 0;            ///< of all steps' matrix products
  std::int64_t recorded_steps = 0;  ///< steps whose trace records were taken
  std::string metrics;              ///< metrics.csv so far
  std::string epochs;               ///< epochs.csv so far
};

/// Writes state and network to a checkpoint: magic, format version, identity, SHA-256 of the content,
/// content. `identity` says which experiment and design it belongs to.
void save_checkpoint(const std::filesystem::path& file, const std::string& identity, RunState& state,
                     Network& network);

/// Restores both. A damaged checkpoint, or one of another identity, is an InputError.
void load_checkpoint(const std::filesystem::path& file, const std::string& identity, RunState& state,
                     Network& network);

}  // namespace napier
