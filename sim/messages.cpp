#include "sim/messages.hpp"

namespace napier::sim {

const char* name(SequencerState state) {
  switch (state) {
    case SequencerState::kIdle:
      return "IDLE";
    case SequencerState::kBias:
      return "BIAS";
    case SequencerState::kRun:
      return "RUN";
    case SequencerState::kWait:
      return "WAIT";
    case SequencerState::kFinish:
      return "FINISH";
    case SequencerState::kSettle:
      return "SETTLE";
    case SequencerState::kScale:
      return "SCALE";
  }
  return "?";
}

std::ostream& operator<<(std::ostream& os, const Control& c) {
  return os << name(c.state) << " mt=" << c.mt << '/' << c.job.m_tiles << " nt=" << c.nt << '/'
            << c.job.n_tiles << " kt=" << c.kt << '/' << c.job.k_tiles << " n=" << c.n << '/' << c.columns
            << " groups=" << c.groups << " a_loaded=" << c.a_loaded << " b_queue=" << c.queued;
}

std::ostream& operator<<(std::ostream& os, const Issue& issue) {
  return os << (issue.valid ? "valid" : "-") << " entry=" << issue.entry << " first=" << issue.first
            << " last=" << issue.last;
}

std::ostream& operator<<(std::ostream& os, const Sum& sum) {
  return os << (sum.valid ? "valid" : "-") << " entry=" << sum.entry << " first=" << sum.first
            << " last=" << sum.last;
}

}  // namespace napier::sim
