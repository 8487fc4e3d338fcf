#pragma once
#include "models/stimulus/stimulus.hpp"
#include "models/trace/trace.hpp"
#include "sim/channel_probe.hpp"

namespace napier::sim {

/// Holds every accumulator, output and updated weight that moves against the trace, and knows when all words
/// of all channels have moved.
class GoldenCheck {
 public:
  GoldenCheck(const Trace& trace, const Stimulus& stimulus);

  /// One cycle, seen before its edge. Throws MismatchError that names cycle, unit, signal, both values and
  /// the operands behind them.
  void check(ChannelProbe& probe, std::int64_t cycle);

  /// All words of the stimulus have moved, into the element and out of it.
  bool finished() const { return words_left_ == 0; }
  std::int64_t words_left() const { return words_left_; }

 private:
  struct Expected {
    unsigned channel;
    const WordStream* stream;
    bool compared;  ///< an output of the element, not of the host
    std::int64_t next = 0;
  };
  void compare(ChannelProbe& probe, std::int64_t cycle, const Expected& expected) const;

  const Trace& trace_;
  std::vector<Expected> channels_;
  std::int64_t words_left_ = 0;
};

}  // namespace napier::sim
