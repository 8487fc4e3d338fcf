#pragma once
#include <vector>

#include "models/trace/trace.hpp"
#include "sim/causes.hpp"
#include "sim/channel_probe.hpp"
#include "sim/units/processing_element.hpp"

namespace napier::sim {

/// Cycles of one matrix product: from the cycle after the last output of the one before (cycle 0 for the
/// first) to the cycle in which its own last output moves.
struct RecordCycles {
  std::int64_t cycles = 0;
  CauseCounts causes{};
  std::int64_t saturations = 0;  ///< accumulations that overflowed, all lanes
};

/// Gives every cycle its cause, in total and by record.
class CycleCounter {
 public:
  CycleCounter(const Trace& trace, const Stimulus& stimulus, const ProcessingElement& element);

  /// One cycle, seen before its edge. Returns its cause.
  Cause count(const ChannelProbe& probe);

  std::int64_t cycles() const { return cycles_; }
  const CauseCounts& causes() const { return causes_; }
  const UpdateCauseCounts& update_causes() const { return update_causes_; }
  const std::vector<RecordCycles>& records() const { return records_; }
  std::size_t records_ended() const { return current_; }

 private:
  Cause cause(const ChannelProbe& probe) const;
  void count_record(const ChannelProbe& probe, std::size_t cause_index);
  Cause wait_cause(const ChannelProbe& probe) const;
  UpdateCause update_cause(const ChannelProbe& probe) const;

  const ProcessingElement& element_;
  std::int64_t jobs_left_, update_jobs_left_;
  bool updates_;                         ///< there is a Madam unit: its channels' numbers are its own
  std::vector<std::int64_t> out_words_;  ///< of each record
  std::size_t current_ = 0;              ///< record being counted
  std::int64_t moved_ = 0;               ///< its outputs that have moved
  std::int64_t saturations_before_ = 0;
  std::int64_t cycles_ = 0;
  CauseCounts causes_{};
  UpdateCauseCounts update_causes_{};
  std::vector<RecordCycles> records_;
};

}  // namespace napier::sim
