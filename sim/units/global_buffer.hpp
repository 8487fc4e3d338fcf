#pragma once
#include <array>

#include "models/accelerator/turns.hpp"
#include "models/design/design.hpp"
#include "sim/activity.hpp"
#include "sim/bank_messages.hpp"
#include "sim/channel.hpp"

namespace napier::sim {

/// One bank of the global buffer: a memory with a write port, and the engine that reads its rows in the order
/// of descriptors. Contract: docs/accelerator.md, Banks.
class GlobalBuffer : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(GlobalBuffer);
  GlobalBuffer(sc_core::sc_module_name name, const Design& design, Bank bank);

  sc_core::sc_in_clk clock{"clock"};
  SinkEnd<StreamJob> job;
  In<BankWrite> write{"write"};  ///< of this bank or of others
  SourceEnd<BankWord> out;
  In<std::uint32_t> dma_done{"dma_done"};
  Out<std::uint32_t> done{"done"};
  Out<EngineStatus> status{"status"};

  std::vector<Event> events() const;
  void dump(std::ostream& os) const;

 private:
  void edge();
  void publish();
  void start_of_simulation() override { publish(); }
  void load();

  Bank bank_;
  std::size_t row_bytes_;
  std::vector<std::uint8_t> memory_;
  EngineState state_ = EngineState::kIdle;
  StreamJob now_;  ///< row advances
  std::uint32_t left_ = 0;
  Turns turns_;
  std::array<BankWord, 2> output_;
  int shown_ = 0;
  bool valid_ = false;
  std::uint32_t done_ = 0;
  PackedWord last_write_;
  std::int64_t reads_ = 0, writes_ = 0, write_toggles_ = 0, output_toggles_ = 0;
};

}  // namespace napier::sim
