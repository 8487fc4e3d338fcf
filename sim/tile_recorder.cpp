#include "sim/tile_recorder.hpp"

#include <numeric>

#include "models/base/trace_events.hpp"
#include "models/trace/record_check.hpp"

namespace napier::sim {

void TileRecorder::see(std::int64_t cycle, const Control& now, bool job, bool issue) {
  if (tiles_.size() == most_) return;
  if (before_ == SequencerState::kWait && now.state != SequencerState::kWait) {
    tile_.end = cycle;
    tiles_.push_back(tile_);
  }
  if (now.state == SequencerState::kRun && before_ != SequencerState::kRun) {
    tile_ = {element_, records_[jobs_ - 1], now.mt, now.nt, cycle, cycle, cycle};
  }
  if (issue) tile_.issued = cycle;
  if (job) ++jobs_;
  before_ = now.state;
}

std::vector<std::size_t> records_in_order(const Trace& trace) {
  std::vector<std::size_t> records(trace.gemms.size());
  std::iota(records.begin(), records.end(), std::size_t{0});
  return records;
}

std::string tiles_json(const Trace& trace, const std::vector<TileTime>& tiles) {
  std::vector<TraceThread> threads;
  std::vector<TraceSpan> spans;
  for (const TileTime& t : tiles) {
    const int run = static_cast<int>(2 * t.element) + 1, wait = run + 1;
    if (t.element >= threads.size() / 2) {
      const std::string element = "element " + std::to_string(t.element);
      threads.push_back({run, element + " RUN"});
      threads.push_back({wait, element + " WAIT"});
    }
    const GemmRecord& r = trace.gemms[t.record];
    const std::string name = "layer " + std::to_string(r.layer) + " " + pass_name(r.pass);
    const std::int64_t waits = t.issued + 1;
    spans.push_back({run,
                     name,
                     t.begin,
                     waits - t.begin,
                     {{"step", r.step}, {"m_tile", t.m_tile}, {"n_tile", t.n_tile}}});
    spans.push_back(
        {wait, name, waits, t.end - waits, {{"step", r.step}, {"m_tile", t.m_tile}, {"n_tile", t.n_tile}}});
  }
  return trace_events_json(threads, spans);
}

}  // namespace napier::sim
