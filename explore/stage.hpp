#pragma once
#include <filesystem>
#include <span>
#include <string>
#include <vector>

/// One step of a sweep: one run of the napier program in a process of its own (SystemC allows one simulation
/// a process; a crash stays within its step), remembered by the content of what went in.
namespace napier::explore {

struct Stage {
  std::string name;                            ///< "train", "sim", ...; unique within a design
  std::vector<std::string> arguments;          ///< program first
  std::filesystem::path folder;                ///< private output folder of the run
  std::vector<std::filesystem::path> inputs;   ///< files whose content decides the outcome
  std::vector<std::filesystem::path> outputs;  ///< files that a successful run leaves
  std::vector<std::string> haste =
      {};  ///< further arguments, which decide how fast it runs, not what it leaves
};

struct StageOutcome {
  int exit_code = 0;
  bool reused = false;   ///< nothing ran: an earlier run had the same inputs
  std::string message;   ///< why it failed; empty where it held
  double seconds = 0.0;  ///< wall time of this run; 0 where reused
};

/// Digest of all that decides a stage's outcome: the program's own bytes, its arguments and the contents of
/// its input files. Paths of inputs do not enter, nor do occurrences of `root` in the arguments, so that a
/// moved output folder stays valid. Throws InputError where an input cannot be read.
std::string input_digest(const Stage& stage, const std::filesystem::path& root);

/// Runs the stage unless a finished run with the same input digest and untouched outputs is on record beside
/// its folder. Output of an earlier run with other inputs is removed first; a run that was interrupted
/// continues in its folder. Before it runs, the records of `later` stages, which stand on it, are forgotten.
/// A failing run is an outcome, not an exception. Throws Interrupted on Ctrl-C.
StageOutcome run_stage(const Stage& stage, const std::filesystem::path& root,
                       std::span<const Stage> later = {});

/// What is on record of a stage whose output folder is `folder`.
struct StageRecord {
  std::string state;  ///< "finished", "failed", "running"; "" where nothing is on record
  int exit_code = 0;
  std::string message;
};
StageRecord read_stage_record(const std::filesystem::path& folder);

/// Puts a finished stage on record as failed, because its results do not hold; it runs again next time.
void record_failure(const std::filesystem::path& folder, int exit_code, const std::string& message);

/// Where the stage's standard output and error go.
std::filesystem::path stage_log(const Stage& stage);

}  // namespace napier::explore
