#pragma once
#include <chrono>
#include <filesystem>
#include <iosfwd>
#include <map>
#include <mutex>
#include <string>

#include "explore/stage.hpp"

namespace napier::explore {

/// Tells the user how far a sweep is: on a terminal one line that is drawn again and again, elsewhere one
/// line a stage. Safe to call from several threads.
class Progress {
 public:
  /// `total` stages in all.
  Progress(std::ostream& out, bool terminal, std::size_t total);

  void begin(const std::string& plan, const Stage& stage);
  void end(const std::string& plan, const Stage& stage, const StageOutcome& outcome);
  /// `stages` will not run, because the one before them failed.
  void drop(std::size_t stages);
  /// Draws the terminal's line; does nothing elsewhere.
  void draw();

 private:
  void say(const std::string& line);
  std::string summary() const;

  std::ostream& out_;
  const bool terminal_;
  std::size_t left_;  ///< stages that have not ended
  std::size_t total_;
  std::size_t ran_ = 0;  ///< stages that ended and were not reused
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::map<std::string, std::filesystem::path> active_;  ///< "design: stage" and its log
  std::mutex mutex_;
};

}  // namespace napier::explore
