#pragma once
#include <memory>

#include "sim/units/accumulation_collector.hpp"
#include "sim/units/madam_update.hpp"
#include "sim/units/operand_buffer.hpp"
#include "sim/units/post_processor.hpp"
#include "sim/units/sequencer.hpp"
#include "sim/units/vector_lanes.hpp"

namespace napier::sim {

/// The channels of an element, those to the host first.
struct ElementChannels {
  Channel<Job> job{"job"};
  Channel<Word> a_fill{"a_fill"}, b_fill{"b_fill"};
  Channel<std::int32_t> bias{"bias"}, row_scale{"row_scale"};
  Channel<std::uint8_t> mask{"mask"};
  Channel<std::uint32_t> out{"out"};
  Channel<UpdateJob> update_job{"update_job"};
  Channel<UpdateItem> update_in{"update_in"};
  Channel<MadamState> update_out{"update_out"};
  Channel<Word> a{"a"}, b{"b"};
  Channel<std::int32_t> drain{"drain"};
  sc_core::sc_signal<Issue> issue{"issue"};
  sc_core::sc_signal<Sum> sum{"sum"};
};

/// Registers shown to neighbours and to the monitor.
struct ElementStatus {
  sc_core::sc_signal<Control> control{"control"};
  sc_core::sc_signal<bool> drain_done{"drain_done"}, draining{"draining"};
  sc_core::sc_signal<bool> post_idle{"post_idle"}, lacks_mask{"lacks_mask"};
  sc_core::sc_signal<MadamUpdateBlock::Status> update{"update"};
};

/// One processing element: the blocks and the signals between them. docs/microarchitecture.md.
class ProcessingElement : public sc_core::sc_module {
 public:
  ProcessingElement(sc_core::sc_module_name name, const Design& design);

  sc_core::sc_in_clk clock{"clock"};
  ElementChannels channels;
  ElementStatus status;

  /// Accumulations that overflowed so far.
  std::int64_t saturations() const { return collector_.saturations(); }
  std::vector<Event> events() const;
  /// Every block's registers, for the report of a deadlock.
  void dump(std::ostream& os) const;

 private:
  void connect_gemm();
  void connect_update();

  OperandBuffer buffer_a_, buffer_b_;
  Sequencer sequencer_;
  VectorLanes lanes_;
  AccumulationCollector collector_;
  PostProcessorBlock post_;
  std::unique_ptr<MadamUpdateBlock> update_;  ///< absent where the host updates the weights
};

}  // namespace napier::sim
