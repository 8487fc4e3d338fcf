#pragma once
#include <deque>
#include <memory>
#include <vector>

#include "models/accelerator/turns.hpp"
#include "models/stimulus/stimulus.hpp"
#include "sim/activity.hpp"
#include "sim/bank_messages.hpp"
#include "sim/channel.hpp"
#include "sim/channel_words.hpp"

namespace napier::sim {

/// Takes outputs from the elements, in turn, into bank out. Contract: docs/accelerator.md, gather.
class Gather : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(Gather);
  Gather(sc_core::sc_module_name name, const Design& design);

  sc_core::sc_in_clk clock{"clock"};
  SinkEnd<StreamJob> job;
  Out<BankWrite> collect{"collect"};
  In<std::uint32_t> dma_done{"dma_done"};
  Out<std::uint32_t> done{"done"};
  Out<EngineStatus> status{"status"};

  void bind(int element, Channel<std::uint32_t>& out, Channel<MadamState>& update_out);

  std::vector<Event> events() const;
  void dump(std::ostream& os) const;

 private:
  void edge();
  void publish();
  void start_of_simulation() override { publish(); }
  bool takes() const { return state_ == EngineState::kRun && wait_ == 0; }
  bool offered() const;
  void take();
  void collect_word(const PackedWord& word);

  Design design_;
  ChannelWords words_;
  std::size_t depth_, row_bytes_;
  std::array<int, kWordKinds> cycles_{};
  std::vector<std::unique_ptr<SinkEnd<std::uint32_t>>> outs_;
  std::vector<std::unique_ptr<SinkEnd<MadamState>>> update_outs_;
  std::vector<std::deque<PackedWord>> queues_;  ///< one an element
  EngineState state_ = EngineState::kIdle;
  StreamJob now_;  ///< row advances
  std::uint32_t left_ = 0;
  Turns turns_;
  int wait_ = 0;
  bool collect_valid_ = false;
  std::uint32_t collect_row_ = 0;
  std::array<PackedWord, 2> collected_;
  int shown_ = 0;
  std::uint32_t done_ = 0;
  WordStream scratch_;
  std::int64_t words_taken_ = 0;
};

}  // namespace napier::sim
