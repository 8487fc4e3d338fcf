#pragma once
#include <memory>
#include <vector>

#include "sim/units/dma.hpp"
#include "sim/units/gather.hpp"
#include "sim/units/global_buffer.hpp"
#include "sim/units/operand_link.hpp"
#include "sim/units/processing_element.hpp"

namespace napier::sim {

/// The accelerator's own channels, in the order of its handshake log.
struct AcceleratorChannels {
  Channel<DmaJob> dma_job{"dma_job"};
  Channel<StreamJob> a_job{"a_job"}, b_job{"b_job"}, side_job{"side_job"}, out_job{"out_job"};
  Channel<MemoryBeat> mem_req{"mem_req"}, mem_rsp{"mem_rsp"};
  sc_core::sc_signal<BankWrite> fill{"fill"};
  Channel<BankWord> a_word{"a_word"}, b_word{"b_word"}, side_word{"side_word"};
  sc_core::sc_signal<BankWrite> collect{"collect"};
  Channel<StreamJob> store_job{"store_job"};
  Channel<BankWord> store{"store"};
};

/// Registers shown to neighbours and to the monitor.
struct AcceleratorStatus {
  sc_core::sc_signal<std::uint32_t> dma_done{"dma_done"}, a_done{"a_done"}, b_done{"b_done"},
      side_done{"side_done"}, out_done{"out_done"}, gather_done{"gather_done"};
  sc_core::sc_signal<EngineStatus> dma{"dma_status"}, a{"a_status"}, b{"b_status"}, side{"side_status"},
      out{"out_status"}, gather{"gather_status"};
};

/// The array of elements, the global buffer, its links and the DMA engine. docs/accelerator.md.
class Accelerator : public sc_core::sc_module {
 public:
  Accelerator(sc_core::sc_module_name name, const Design& design);

  sc_core::sc_in_clk clock{"clock"};
  AcceleratorChannels channels;
  AcceleratorStatus status;

  std::size_t elements() const { return elements_.size(); }
  const ProcessingElement& element(std::size_t e) const { return *elements_[e]; }
  std::vector<Event> events() const;
  /// Every block's registers, for the report of a deadlock.
  void dump(std::ostream& os) const;

 private:
  void connect_bank(GlobalBuffer& bank, Channel<StreamJob>& job, sc_core::sc_signal<BankWrite>& write,
                    Channel<BankWord>& out, sc_core::sc_signal<std::uint32_t>& done,
                    sc_core::sc_signal<EngineStatus>& status);
  void connect_dma();
  void connect_element(const Design& design, int e);

  Dma dma_;
  GlobalBuffer bank_a_, bank_b_, bank_side_, bank_out_;
  OperandLink link_a_, link_b_, link_side_;
  Gather gather_;
  std::vector<std::unique_ptr<ProcessingElement>> elements_;
};

}  // namespace napier::sim
