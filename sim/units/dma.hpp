#pragma once
#include <array>

#include "models/design/design.hpp"
#include "sim/activity.hpp"
#include "sim/bank_messages.hpp"
#include "sim/channel.hpp"

namespace napier::sim {

/// Moves words between external memory and global buffer, one descriptor after another. Contract:
/// docs/accelerator.md, dma.
class Dma : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(Dma);
  Dma(sc_core::sc_module_name name, const Design& design);

  sc_core::sc_in_clk clock{"clock"};
  SinkEnd<DmaJob> job;
  SourceEnd<MemoryBeat> request;
  SinkEnd<MemoryBeat> response;
  SourceEnd<StreamJob> store_job;
  SinkEnd<BankWord> store;
  Out<BankWrite> fill{"fill"};
  In<std::uint32_t> a_done{"a_done"}, b_done{"b_done"}, side_done{"side_done"}, gather_done{"gather_done"};
  Out<std::uint32_t> done{"done"};
  Out<EngineStatus> status{"status"};

  std::vector<Event> events() const;
  void dump(std::ostream& os) const;

 private:
  enum class State { kIdle, kWait, kLoad, kStore };
  void edge();
  void publish();
  void start_of_simulation() override { publish(); }
  void begin();
  void requested();
  void answered(const MemoryBeat& beat);
  void finish_word();
  std::uint32_t partner_done() const;
  int job_beats() const { return beats_[static_cast<std::size_t>(now_.kind)]; }

  std::size_t beat_bytes_;
  std::array<int, kWordKinds> beats_{};      ///< of a word
  std::array<std::size_t, kBanks> bytes_{};  ///< of a bank's row
  State state_ = State::kIdle;
  DmaJob now_;  ///< address, row and words as they advance
  std::uint32_t request_words_ = 0;
  int request_beat_ = 0, beat_ = 0;
  std::array<PackedWord, 2> assembly_;  ///< the one being filled, and the one that `fill` shows
  int filling_ = 0;
  bool fill_valid_ = false;
  std::uint32_t fill_row_ = 0;
  bool store_job_valid_ = false;
  StreamJob store_request_;
  std::array<PackedWord, 2> queue_;
  int head_ = 0, queued_ = 0;
  std::array<MemoryBeat, 2> beat_out_;
  int shown_ = 0;
  std::uint32_t done_ = 0;
  std::int64_t beats_read_ = 0, beats_written_ = 0, loads_ = 0, stores_ = 0;
};

}  // namespace napier::sim
