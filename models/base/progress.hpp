#pragma once
#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>

namespace napier {

/// Tells the user how far long work is. On a terminal one line with rate and time left, drawn again up to ten
/// times a second; elsewhere only the lines given to say().
class Progress {
 public:
  /// `total` units of work, of which `done` were done before; `unit` in the plural ("steps").
  Progress(std::ostream& out, bool terminal, std::string unit, std::int64_t total, std::int64_t done = 0);
  ~Progress();

  /// `done` units are done; `note` stands behind the numbers.
  void at(std::int64_t done, const std::string& note);
  /// A line that stays.
  void say(const std::string& line);

 private:
  using Clock = std::chrono::steady_clock;
  void clear();
  std::ostream& out_;
  bool terminal_;
  std::string unit_;
  std::int64_t total_, start_done_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point drawn_{};
  std::size_t width_ = 0;
};

}  // namespace napier
