#include "sim/timing/element_timing.hpp"

#include "models/base/error.hpp"
#include "models/base/interrupt.hpp"
#include "models/design/widths.hpp"
#include "models/stimulus/channels.hpp"
#include "sim/messages.hpp"

namespace napier::sim {
namespace {

constexpr std::int64_t kDeadlock = 100000;  // cycles without any word moving
constexpr std::int64_t kChunk = 1 << 20;    // cycles between looks at Ctrl-C

/// A channel of the host that offers so many words, one after another.
struct Source {
  std::int64_t left = 0;
  unsigned channel = 0;
  bool offered = false;

  void moved() {
    --left;
    offered = false;
  }
  void show(std::int64_t cycle, const HostStalls& stalls) {
    offered = offered || (left > 0 && !stalls.in(channel, static_cast<std::uint64_t>(cycle)));
  }
};

/// OutputQueue without its words.
struct Queue {
  explicit Queue(int latency) : depth(latency + 2), stages(latency - 1) {}
  int depth, stages;
  int occupancy = 0, queued = 0;
  std::uint32_t pipeline = 0;

  bool full() const { return occupancy == depth; }
  void advance(bool accepts, bool fires) {
    const bool arrives = stages == 0 ? accepts : (pipeline >> (stages - 1) & 1) != 0;
    pipeline = pipeline << 1 | static_cast<std::uint32_t>(accepts);
    occupancy += static_cast<int>(accepts) - static_cast<int>(fires);
    queued += static_cast<int>(arrives) - static_cast<int>(fires);
  }
};

/// operand_buffer without its rows.
struct Buffer {
  Buffer(std::int64_t fills, std::int64_t size, bool has_replay)
      : banks(fills), rows(size), replay(has_replay), active(!has_replay) {}
  std::int64_t banks, rows;
  bool replay, active, valid = false;
  std::int64_t bank = 0, complete = 0;
  std::int64_t offset = 0, window = 1, pass = 0, repeat = 1, tiles = 0;

  bool fill_ready() const { return complete < rows; }
  void edge(bool fills, bool fires, const ElementJob* start) {
    const bool last_pass = pass == repeat - 1;
    const bool load = (!valid || fires) && active && (last_pass ? complete > 0 : offset < complete);
    valid = load || (valid && !fires);
    if (load) {
      ++offset;
      complete -= static_cast<std::int64_t>(last_pass);
      if (offset == window) next_pass();
    }
    if (start != nullptr) {
      window = start->k_tiles;
      repeat = start->n_tiles;
      tiles = start->m_tiles;
      active = true;
      offset = pass = 0;
    }
    if (fills && ++bank == banks) {
      bank = 0;
      ++complete;
    }
  }

 private:
  void next_pass() {
    offset = 0;
    if (++pass < repeat) return;
    pass = 0;
    if (replay && --tiles == 0) active = false;
  }
};

class Element {
 public:
  Element(const Design& d, const std::vector<ElementStep>& steps, const std::vector<std::int64_t>& updates,
          const HostStalls& stalls)
      : stalls_(stalls),
        entries_(d.collector.entries),
        groups_(widths::drain_groups(d)),
        sum_stage_(widths::lane_latency(d) - 1),
        steps_(steps),
        updates_(updates),
        a_(d.datapath.lanes, d.buffers.a_rows, true),
        b_(1, d.buffers.b_words, false),
        post_(d.pipeline.post_process),
        update_(d.pipeline.update) {
    number_channels(d);
    ElementEvents all;
    for (const ElementStep& s : steps) {
      const ElementEvents one = element_events(d, s.job);
      all += one.times(s.count);
      step_outputs_.push_back(one.out * s.count);
    }
    job_.left = all.jobs;
    a_fill_.left = all.a_fill;
    b_fill_.left = all.b_fill;
    bias_.left = all.bias;
    scale_.left = all.row_scale;
    mask_.left = all.mask;
    out_left_ = all.out;
    update_job_.left = static_cast<std::int64_t>(updates.size());
    for (const std::int64_t words : updates) update_in_.left += words;
    update_out_left_ = update_in_.left;
    result_.steps.resize(steps.size());
  }

  ElementTimingResult run() {
    show_sources();
    while (words_left()) {
      if (cycle_ % kChunk == 0) check_interrupt();
      step();
      if (cycle_ - last_move_ > kDeadlock) {
        throw InternalError("timing of an element: no word has moved since cycle " +
                            std::to_string(last_move_));
      }
    }
    result_.cycles = cycle_;
    return std::move(result_);
  }

 private:
  void number_channels(const Design& d) {
    unsigned number = 0;
    for (const napier::Channel& c : channels(d)) {
      for (auto [source, name] : {std::pair{&job_, "job"},
                                  {&a_fill_, "a_fill"},
                                  {&b_fill_, "b_fill"},
                                  {&bias_, "bias"},
                                  {&mask_, "mask"},
                                  {&scale_, "row_scale"},
                                  {&update_job_, "update_job"},
                                  {&update_in_, "update_in"}}) {
        if (c.name == name) source->channel = number;
      }
      if (c.name == "out") out_channel_ = number;
      if (c.name == "update_out") update_out_channel_ = number;
      ++number;
    }
  }

  bool words_left() const {
    return (job_.left | a_fill_.left | b_fill_.left | bias_.left | scale_.left | mask_.left | out_left_ |
            update_job_.left | update_in_.left | update_out_left_) != 0;
  }

  void show_sources() {
    for (Source* s : {&job_, &a_fill_, &b_fill_, &bias_, &scale_, &mask_, &update_job_, &update_in_}) {
      s->show(cycle_, stalls_);
    }
    out_ready_ = !stalls_.in(out_channel_, static_cast<std::uint64_t>(cycle_));
    update_out_ready_ = !stalls_.in(update_out_channel_, static_cast<std::uint64_t>(cycle_));
  }

  /// One cycle: what moves follows from the registers, then every block takes its edge.
  void step() {
    const bool issues = state_ == SequencerState::kRun && a_loaded_ && b_queued_ > 0;
    const bool last_column = column_ == columns_ - 1;
    const bool takes_job = state_ == SequencerState::kIdle && job_.offered;
    const bool takes_bias = state_ == SequencerState::kBias && bias_.offered;
    const bool takes_scale = state_ == SequencerState::kScale && scale_.offered;
    const bool a_fills = a_fill_.offered && a_.fill_ready(), b_fills = b_fill_.offered && b_.fill_ready();
    const bool a_moves =
        a_.valid && state_ != SequencerState::kIdle && (!a_loaded_ || (issues && last_column));
    const bool b_moves = b_.valid && b_queued_ < 2;
    const bool lacks_mask = masked_ && masks_ == 0;
    const bool drains = drain_valid_ && !post_.full() && !lacks_mask;
    const bool mask_moves = mask_.offered && masks_ < 2;
    const bool out_offered = post_.queued > 0, out_moves = out_offered && out_ready_;
    count(issues, drains, lacks_mask, out_offered && !out_ready_, out_moves);
    step_update();
    if (takes_job || takes_bias || takes_scale || a_fills || b_fills || a_moves || b_moves || drains ||
        mask_moves || out_moves || issues) {
      last_move_ = cycle_;
    }

    const bool post_idle = post_.occupancy == 0 && !drain_valid_;
    const bool sum_last = (sums_ >> sum_stage_ & 1) != 0;
    sums_ = sums_ << 1 | static_cast<std::uint64_t>(issues && last_column && k_ == now_.k_tiles - 1);
    post_.advance(drains, out_moves);
    if (drains && masked_) --masks_;
    if (mask_moves) ++masks_;
    masked_ = now_.mask;
    const bool drained = drain_done_;
    collect(drains, sum_last);
    a_.edge(a_fills, a_moves, start_ ? &now_ : nullptr);
    b_.edge(b_fills, b_moves, nullptr);
    b_queued_ += static_cast<int>(b_moves) - static_cast<int>(issues);
    a_loaded_ = a_moves || (a_loaded_ && !(issues && last_column));
    start_ = false;
    advance_state(takes_job, takes_bias, takes_scale, issues, drained, post_idle);

    if (takes_job) job_.moved();
    if (a_fills) a_fill_.moved();
    if (b_fills) b_fill_.moved();
    if (takes_bias) bias_.moved();
    if (takes_scale) scale_.moved();
    if (mask_moves) mask_.moved();
    out_left_ -= static_cast<std::int64_t>(out_moves);
    ++cycle_;
    show_sources();
  }

  /// accumulation_collector
  void collect(bool drains, bool sum_last) {
    const bool load = collecting_ && (!drain_valid_ || drains);
    drain_valid_ = load || (drain_valid_ && !drains);
    drain_done_ = false;
    if (load && ++group_ == tile_groups_) {
      group_ = 0;
      if (++entry_ == columns_) {
        collecting_ = false;
        drain_done_ = true;
      }
    }
    if (!sum_last) return;
    collecting_ = true;
    entry_ = group_ = 0;
  }

  /// sequencer
  void advance_state(bool takes_job, bool takes_bias, bool takes_scale, bool issues, bool drained,
                     bool post_idle) {
    switch (state_) {
      case SequencerState::kIdle:
        if (takes_job) begin_job();
        break;
      case SequencerState::kScale:
        if (takes_scale && ++loaded_groups_ == groups_) begin_rows(now_.bias);
        break;
      case SequencerState::kBias:
        if (takes_bias && ++loaded_groups_ == groups_) begin_rows(false);
        break;
      case SequencerState::kRun:
        if (!issues || ++column_ < columns_) break;
        column_ = 0;
        if (++k_ < now_.k_tiles) break;
        k_ = 0;
        state_ = SequencerState::kWait;
        break;
      case SequencerState::kWait:
        if (drained) next_tile();
        break;
      case SequencerState::kSettle:
        if (post_idle) state_ = SequencerState::kScale;
        break;
      case SequencerState::kFinish:
        if (post_idle) state_ = SequencerState::kIdle;
        break;
    }
    columns_ = n_ == now_.n_tiles - 1 ? now_.n_last : entries_;
    tile_groups_ = m_ == now_.m_tiles - 1 ? now_.g_last : groups_;
  }

  void begin_job() {
    while (jobs_begun_ == steps_[job_step_].count) {
      ++job_step_;
      jobs_begun_ = 0;
    }
    ++jobs_begun_;
    now_ = steps_[job_step_].job;
    m_ = n_ = k_ = column_ = 0;
    start_ = true;
    begin_rows(now_.bias, now_.row_scales);
  }
  void begin_rows(bool bias, bool scales = false) {
    loaded_groups_ = 0;
    state_ = scales ? SequencerState::kScale : bias ? SequencerState::kBias : SequencerState::kRun;
  }
  void next_tile() {
    if (++n_ < now_.n_tiles) {
      state_ = SequencerState::kRun;
      return;
    }
    n_ = 0;
    if (m_ + 1 == now_.m_tiles) {
      state_ = SequencerState::kFinish;
      return;
    }
    ++m_;
    if (now_.row_scales) {
      loaded_groups_ = 0;
      state_ = SequencerState::kSettle;
    } else {
      begin_rows(now_.bias);
    }
  }

  /// As CycleCounter: the cause of this cycle, in total and for the step whose outputs are on their way.
  void count(bool issues, bool drains, bool lacks_mask, bool out_stuck, bool out_moves) {
    const auto why = static_cast<std::size_t>(cause(issues, drains, lacks_mask, out_stuck));
    ++result_.causes[why];
    if (counted_step_ == steps_.size()) return;
    ++result_.steps[counted_step_][why];
    if (out_moves && --step_outputs_[counted_step_] == 0) ++counted_step_;
  }

  Cause cause(bool issues, bool drains, bool lacks_mask, bool out_stuck) const {
    switch (state_) {
      case SequencerState::kIdle:
        if (job_.offered) return Cause::kJob;
        return job_.left > 0 ? Cause::kWaitJob : Cause::kIdle;
      case SequencerState::kBias:
        return bias_.offered ? Cause::kLoadBias : Cause::kWaitBias;
      case SequencerState::kScale:
        return scale_.offered ? Cause::kLoadBias : Cause::kWaitBias;
      case SequencerState::kRun:
        if (issues) return Cause::kBusy;
        return a_loaded_ ? Cause::kWaitB : Cause::kWaitA;
      case SequencerState::kWait:
        if (!collecting_) return drain_done_ ? Cause::kDrain : Cause::kPipeline;
        if (drains || !drain_valid_) return Cause::kDrain;
        if (lacks_mask) return Cause::kWaitMask;
        return out_stuck ? Cause::kWaitOut : Cause::kWaitPost;
      case SequencerState::kFinish:
      case SequencerState::kSettle:
        break;
    }
    if (drain_valid_ && !drains && lacks_mask) return Cause::kWaitMask;
    return out_stuck ? Cause::kWaitOut : Cause::kFlush;
  }

  /// madam_update
  void step_update() {
    const bool out_offered = update_.queued > 0, out_moves = out_offered && update_out_ready_;
    const bool takes_in = update_in_.offered && updating_ && update_left_ > 0 && !update_.full();
    const bool takes_job = update_job_.offered && !updating_;
    UpdateCause why = UpdateCause::kIdle;
    if (!updating_) {
      why = update_job_.offered    ? UpdateCause::kJob
            : update_job_.left > 0 ? UpdateCause::kWaitJob
                                   : UpdateCause::kIdle;
    } else if (takes_in) {
      why = UpdateCause::kBusy;
    } else if (update_left_ > 0) {
      why = update_.full() ? UpdateCause::kWaitOut : UpdateCause::kWaitIn;
    } else {
      why = out_offered && !update_out_ready_ ? UpdateCause::kWaitOut : UpdateCause::kFlush;
    }
    ++result_.update_causes[static_cast<std::size_t>(why)];
    const bool finished = updating_ && update_left_ == 0 && update_.occupancy == 0;
    if (takes_in) {
      --update_left_;
      update_in_.moved();
    }
    update_.advance(takes_in, out_moves);
    if (finished) updating_ = false;
    if (takes_job) {
      update_left_ = updates_[updates_begun_++];
      updating_ = update_left_ > 0;
      update_job_.moved();
    }
    update_out_left_ -= static_cast<std::int64_t>(out_moves);
    if (takes_in || takes_job || out_moves) last_move_ = cycle_;
  }

  HostStalls stalls_;
  std::int64_t entries_, groups_;
  int sum_stage_;
  const std::vector<ElementStep>& steps_;
  const std::vector<std::int64_t>& updates_;

  Source job_, a_fill_, b_fill_, bias_, scale_, mask_, update_job_, update_in_;
  unsigned out_channel_ = 0, update_out_channel_ = 0;
  bool out_ready_ = true, update_out_ready_ = true;
  std::int64_t out_left_ = 0, update_out_left_ = 0;

  // sequencer
  SequencerState state_ = SequencerState::kIdle;
  ElementJob now_;
  std::int64_t m_ = 0, n_ = 0, k_ = 0, column_ = 0, columns_ = 0, tile_groups_ = 0, loaded_groups_ = 0;
  bool start_ = false, a_loaded_ = false;
  int b_queued_ = 0;
  std::size_t job_step_ = 0;
  std::int64_t jobs_begun_ = 0;

  Buffer a_, b_;
  std::uint64_t sums_ = 0;  ///< of each cycle past: whether a tile's last vector was issued
  bool collecting_ = false, drain_valid_ = false, drain_done_ = false;
  std::int64_t entry_ = 0, group_ = 0;
  Queue post_;
  bool masked_ = false;
  int masks_ = 0;

  Queue update_;
  bool updating_ = false;
  std::int64_t update_left_ = 0;
  std::size_t updates_begun_ = 0;

  std::int64_t cycle_ = 0, last_move_ = 0;
  std::size_t counted_step_ = 0;
  std::vector<std::int64_t> step_outputs_;
  ElementTimingResult result_;
};

}  // namespace

ElementTimingResult run_element_timing(const Design& design, const std::vector<ElementStep>& steps,
                                       const std::vector<std::int64_t>& update_words,
                                       const HostStalls& stalls) {
  return Element(design, steps, update_words, stalls).run();
}

}  // namespace napier::sim
