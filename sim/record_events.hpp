#pragma once
#include <string>
#include <vector>

#include "models/trace/trace.hpp"
#include "sim/activity.hpp"

namespace napier::sim {

/// Splits what moved by the cycles of the records: what has been counted at the end of each, less what was
/// counted at the end of the one before.
class RecordEvents {
 public:
  /// `counted`: the events up to now, in the same order each time; the record that ran ends here.
  void end(const std::vector<Event>& counted);
  /// Of each record that has ended; one more end() stands for what follows the last.
  const std::vector<std::vector<Event>>& records() const { return records_; }

 private:
  std::vector<Event> before_;
  std::vector<std::vector<Event>> records_;
};

/// record_events.csv: step,layer,pass,component,event,count,unit of every record, then, without step, layer
/// and pass, what followed the last of them. The counts of an event add up to that of events.csv.
std::string record_events_csv(const Trace& trace, const std::vector<std::vector<Event>>& records);

}  // namespace napier::sim
