#include "sim/units/sequencer.hpp"

#include <algorithm>

#include "models/design/widths.hpp"

namespace napier::sim {

Sequencer::Sequencer(sc_core::sc_module_name name, const Design& design)
    : sc_module(name),
      vector_(static_cast<std::size_t>(design.datapath.vector)),
      post_lanes_(static_cast<std::size_t>(design.post_processor.lanes)),
      lanes_(design.datapath.lanes),
      groups_(widths::drain_groups(design)),
      entries_(design.collector.entries),
      row_scales_(widths::has_row_scales(design)) {
  queue_.fill(std::vector<Word>(vector_));
  bias_data_.fill(std::vector<std::int32_t>(post_lanes_));
  scale_data_.fill(std::vector<std::int32_t>(post_lanes_));
  SC_METHOD(edge);
  sensitive << clock.pos();
  dont_initialize();
}

void Sequencer::edge() {
  const bool issues = issue_.valid;
  const bool last_column = now_.n == now_.columns - 1;
  now_.start = now_.bias_write = now_.scale_write = false;
  if (a.fires()) {
    now_.a_loaded = true;
  } else if (issues && last_column) {
    now_.a_loaded = false;
  }
  if (b.fires()) {
    const auto tail = static_cast<std::size_t>((head_ + now_.queued) & 1);
    std::copy_n(b.data(), vector_, queue_[tail].data());
    ++now_.queued;
  }
  if (issues) {
    head_ ^= 1;
    --now_.queued;
    ++issues_;
  }
  switch (now_.state) {
    case SequencerState::kIdle:
      if (job.fires()) {
        ++jobs_;
        now_.job = *job.data();
        now_.mt = now_.nt = now_.kt = now_.n = bias_group_ = scale_group_ = 0;
        now_.start = true;
        now_.state = now_.job.has_row_scales ? SequencerState::kScale : begin_rows();
      }
      break;
    case SequencerState::kBias:
      if (bias.fires()) take_bias();
      break;
    case SequencerState::kSettle:
      if (post_idle->read() && !drain_valid->read().valid) now_.state = SequencerState::kScale;
      break;
    case SequencerState::kScale:
      if (row_scale.fires()) take_row_scales();
      break;
    case SequencerState::kRun:
      if (issues) advance_after_issue();
      break;
    case SequencerState::kWait:
      if (drain_done->read()) advance_after_drain();
      break;
    case SequencerState::kFinish:
      if (post_idle->read() && !drain_valid->read().valid) now_.state = SequencerState::kIdle;
      break;
  }
  publish();
}

void Sequencer::take_bias() {
  ++biases_;
  bias_shown_ ^= 1;
  auto& word = bias_data_[static_cast<std::size_t>(bias_shown_)];
  std::copy_n(bias.data(), post_lanes_, word.data());
  now_.bias_write = true;
  now_.bias_write_group = bias_group_;
  now_.bias_data = word.data();
  if (++bias_group_ < groups_) return;
  bias_group_ = 0;
  now_.state = SequencerState::kRun;
}

void Sequencer::take_row_scales() {
  ++scales_;
  scale_shown_ ^= 1;
  auto& word = scale_data_[static_cast<std::size_t>(scale_shown_)];
  std::copy_n(row_scale.data(), post_lanes_, word.data());
  now_.scale_write = true;
  now_.scale_write_group = scale_group_;
  now_.scale_data = word.data();
  if (++scale_group_ < groups_) return;
  scale_group_ = 0;
  now_.state = begin_rows();
}

/// Where an m tile begins, its row scales being in place.
SequencerState Sequencer::begin_rows() const {
  return now_.job.has_bias ? SequencerState::kBias : SequencerState::kRun;
}

void Sequencer::advance_after_issue() {
  if (++now_.n < now_.columns) return;
  now_.n = 0;
  if (++now_.kt < now_.job.k_tiles) return;
  now_.kt = 0;
  now_.state = SequencerState::kWait;
}

void Sequencer::advance_after_drain() {
  if (now_.nt + 1 < now_.job.n_tiles) {
    ++now_.nt;
    now_.state = SequencerState::kRun;
    return;
  }
  now_.nt = 0;
  if (now_.mt + 1 < now_.job.m_tiles) {
    ++now_.mt;
    now_.state = now_.job.has_row_scales ? SequencerState::kSettle : begin_rows();
    return;
  }
  now_.state = SequencerState::kFinish;
}

void Sequencer::publish() {
  const Job& j = now_.job;
  now_.columns = now_.nt == j.n_tiles - 1 ? j.n_last : entries_;
  now_.groups = now_.mt == j.m_tiles - 1 ? j.g_last : groups_;
  issue_.valid = now_.state == SequencerState::kRun && now_.a_loaded && now_.queued > 0;
  issue_.data = queue_[static_cast<std::size_t>(head_)].data();
  issue_.entry = now_.n;
  issue_.first = now_.kt == 0;
  issue_.last = now_.kt == j.k_tiles - 1 && now_.n == now_.columns - 1;
  job.ready->write(now_.state == SequencerState::kIdle);
  row_scale.ready->write(now_.state == SequencerState::kScale);
  bias.ready->write(now_.state == SequencerState::kBias);
  b.ready->write(now_.queued < 2);
  a.ready->write(now_.state != SequencerState::kIdle &&
                 (!now_.a_loaded || (issue_.valid && now_.n == now_.columns - 1)));
  issue->write(issue_);
  control->write(now_);
}

std::vector<Event> Sequencer::events() const {
  const std::string component = basename();
  std::vector<Event> result = {{component, "jobs", jobs_, "jobs"},
                               {component, "bias_words", biases_, "words"},
                               {component, "issues", issues_, "vectors"}};
  if (row_scales_) result.push_back({component, "row_scale_words", scales_, "words"});
  return result;
}

void Sequencer::dump(std::ostream& os) const {
  os << basename() << ": " << now_ << " bias_group=" << bias_group_ << '\n';
}

}  // namespace napier::sim
