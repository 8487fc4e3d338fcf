#pragma once
#include <array>
#include <vector>

#include "models/design/design.hpp"
#include "sim/activity.hpp"
#include "sim/channel.hpp"
#include "sim/messages.hpp"

namespace napier::sim {

/// Walks the tiles of a job: bias words into the collector, B vectors into the lanes, then waits for the
/// collector to drain. Contract: docs/microarchitecture.md, sequencer.
class Sequencer : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(Sequencer);
  Sequencer(sc_core::sc_module_name name, const Design& design);

  sc_core::sc_in_clk clock{"clock"};
  SinkEnd<Job> job;
  SinkEnd<std::int32_t> bias;
  SinkEnd<std::int32_t> row_scale;  ///< silent unless format.scale_group is channel
  SinkEnd<Word> a;                  ///< the words themselves go to the lanes; the sequencer says when
  SinkEnd<Word> b;
  In<bool> drain_done{"drain_done"}, post_idle{"post_idle"};
  In<Offer<std::int32_t>> drain_valid{"drain_valid"};
  Out<Issue> issue{"issue"};
  Out<Control> control{"control"};

  std::vector<Event> events() const;
  void dump(std::ostream& os) const;

 private:
  void edge();
  void start_of_simulation() override { publish(); }
  void take_bias();
  void take_row_scales();
  SequencerState begin_rows() const;
  void advance_after_issue();
  void advance_after_drain();
  void publish();

  std::size_t vector_, post_lanes_;
  int lanes_, groups_, entries_;
  Control now_;
  Issue issue_;
  std::array<std::vector<Word>, 2> queue_;
  int head_ = 0;
  int bias_group_ = 0;
  std::array<std::vector<std::int32_t>, 2> bias_data_;
  int bias_shown_ = 0;
  int scale_group_ = 0;
  std::array<std::vector<std::int32_t>, 2> scale_data_;
  int scale_shown_ = 0;
  bool row_scales_;
  std::int64_t jobs_ = 0, biases_ = 0, scales_ = 0, issues_ = 0;
};

}  // namespace napier::sim
