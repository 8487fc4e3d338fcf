#pragma once
#include <vector>

#include "sim/accelerator_probe.hpp"
#include "sim/accelerator_simulation.hpp"
#include "sim/cycle_counter.hpp"

namespace napier::sim {

/// Gives every cycle of every engine and element its cause.
class AcceleratorCounter {
 public:
  AcceleratorCounter(const Trace& trace, const AcceleratorProgram& program, const Accelerator& accelerator);

  /// One cycle, seen before its edge. `elements`: the probes of the elements, sampled.
  void count(const AcceleratorProbe& probe, const std::vector<ChannelProbe>& elements);

  std::int64_t cycles() const { return result_.cycles; }
  std::size_t products_ended() const { return product_; }
  /// Causes and products; events and checks are not the counter's.
  AcceleratorResult result() const;
  const CycleCounter& element(std::size_t e) const { return counters_[e]; }

 private:
  DmaCause dma_cause(const AcceleratorProbe& probe) const;
  BankCause bank_cause(const AcceleratorProbe& probe, std::size_t bank) const;
  GatherCause gather_cause() const;
  bool waits_for_memory(Cause cause) const;
  std::uint32_t partner_done(Bank bank) const;
  const sc_core::sc_signal<EngineStatus>& bank_status(std::size_t bank) const;

  const Accelerator& accelerator_;
  std::vector<CycleCounter> counters_;
  std::array<std::int64_t, 5> jobs_left_;  ///< dma, a, b, side, gather
  std::vector<std::int64_t> product_ends_;
  std::int64_t requests_ = 0;
  std::size_t product_ = 0;
  AcceleratorResult result_;
};

}  // namespace napier::sim
