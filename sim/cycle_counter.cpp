#include "sim/cycle_counter.hpp"

#include "models/stimulus/stimulus.hpp"

namespace napier::sim {
namespace {

bool offered(const ChannelProbe& probe, unsigned channel) { return (probe.valid() >> channel & 1) != 0; }
bool stuck(const ChannelProbe& probe, unsigned channel) {
  return offered(probe, channel) && !probe.moved(channel);
}

}  // namespace

CycleCounter::CycleCounter(const Trace& trace, const Stimulus& stimulus, const ProcessingElement& element)
    : element_(element),
      jobs_left_(stimulus.job.words()),
      update_jobs_left_(stimulus.update_job.words()),
      updates_(stimulus.update_job.bits > 0),
      records_(trace.gemms.size()) {
  for (const GemmRecord& r : trace.gemms) {
    out_words_.push_back(GemmTiles(trace.design, r.m, r.n, r.k).out_words());
  }
}

Cause CycleCounter::count(const ChannelProbe& probe) {
  const Cause why = cause(probe);
  const auto index = static_cast<std::size_t>(why);
  ++cycles_;
  ++causes_[index];
  ++update_causes_[static_cast<std::size_t>(update_cause(probe))];
  if (probe.moved(kJobChannel)) --jobs_left_;
  if (updates_ && probe.moved(kUpdateJobChannel)) --update_jobs_left_;
  if (current_ < records_.size()) count_record(probe, index);
  return why;
}

void CycleCounter::count_record(const ChannelProbe& probe, std::size_t cause_index) {
  RecordCycles& record = records_[current_];
  ++record.cycles;
  ++record.causes[cause_index];
  if (!probe.moved(kOutChannel) || ++moved_ < out_words_[current_]) return;
  record.saturations = element_.saturations() - saturations_before_;
  saturations_before_ = element_.saturations();
  ++current_;
  moved_ = 0;
}

Cause CycleCounter::cause(const ChannelProbe& probe) const {
  const Control& now = element_.status.control.read();
  switch (now.state) {
    case SequencerState::kIdle:
      if (offered(probe, kJobChannel)) return Cause::kJob;
      return jobs_left_ > 0 ? Cause::kWaitJob : Cause::kIdle;
    case SequencerState::kBias:
      return offered(probe, kBiasChannel) ? Cause::kLoadBias : Cause::kWaitBias;
    case SequencerState::kScale:
      return probe.row_scale_offered() ? Cause::kLoadBias : Cause::kWaitBias;
    case SequencerState::kRun:
      if (offered(probe, kIssueChannel)) return Cause::kBusy;
      return now.a_loaded ? Cause::kWaitB : Cause::kWaitA;
    case SequencerState::kWait:
      return wait_cause(probe);
    case SequencerState::kFinish:
    case SequencerState::kSettle:
      break;
  }
  if (stuck(probe, kDrainChannel) && element_.status.lacks_mask.read()) return Cause::kWaitMask;
  return stuck(probe, kOutChannel) ? Cause::kWaitOut : Cause::kFlush;
}

Cause CycleCounter::wait_cause(const ChannelProbe& probe) const {
  if (!element_.status.draining.read()) {
    return element_.status.drain_done.read() ? Cause::kDrain : Cause::kPipeline;
  }
  if (!stuck(probe, kDrainChannel)) return Cause::kDrain;
  if (element_.status.lacks_mask.read()) return Cause::kWaitMask;
  return stuck(probe, kOutChannel) ? Cause::kWaitOut : Cause::kWaitPost;
}

UpdateCause CycleCounter::update_cause(const ChannelProbe& probe) const {
  if (!updates_) return UpdateCause::kIdle;
  const MadamUpdateBlock::Status status = element_.status.update.read();
  if (!status.run) {
    if (offered(probe, kUpdateJobChannel)) return UpdateCause::kJob;
    return update_jobs_left_ > 0 ? UpdateCause::kWaitJob : UpdateCause::kIdle;
  }
  if (probe.moved(kUpdateInChannel)) return UpdateCause::kBusy;
  if (status.words_left) return status.full ? UpdateCause::kWaitOut : UpdateCause::kWaitIn;
  return stuck(probe, kUpdateOutChannel) ? UpdateCause::kWaitOut : UpdateCause::kFlush;
}

}  // namespace napier::sim
