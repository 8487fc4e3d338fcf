#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace napier {

/// Rates of loops measured together. Their runs alternate and the fastest of each counts, so that a machine
/// that is busy with other work, or changes its clock, slows all of them alike.
class Rates {
 public:
  /// Which clock counts.
  enum class Clock {
    kThread,  ///< CPU time of the calling thread: for bodies that use no other
    kWall,
  };

  /// `work` units are done by one call of `body`, which must stay callable until measure() returns.
  void add(const std::string& name, double work, std::function<void()> body);
  /// Runs every body for at least `seconds` a round, over `rounds` rounds.
  void measure(Clock clock, double seconds, int rounds);
  /// Units a second.
  double operator[](const std::string& name) const { return rates_.at(name); }

 private:
  struct Loop {
    std::string name;
    double work;
    std::function<void()> body;
  };
  std::vector<Loop> loops_;
  std::map<std::string, double> rates_;
};

}  // namespace napier
