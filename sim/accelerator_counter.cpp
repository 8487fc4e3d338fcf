#include "sim/accelerator_counter.hpp"

namespace napier::sim {

AcceleratorCounter::AcceleratorCounter(const Trace& trace, const AcceleratorProgram& p,
                                       const Accelerator& accelerator)
    : accelerator_(accelerator),
      jobs_left_{p.dma_job.words(), p.a_job.words(), p.b_job.words(), p.side_job.words(), p.out_job.words()},
      product_ends_(p.product_ends) {
  for (std::size_t e = 0; e < p.elements.size(); ++e) {
    counters_.emplace_back(p.elements[e].trace, p.elements[e].words, accelerator.element(e));
  }
  for (const GemmRecord& r : trace.gemms) {
    ProductResult product;
    product.step = r.step;
    product.layer = r.layer;
    product.pass = r.pass;
    product.m = r.m;
    product.n = r.n;
    product.k = r.k;
    result_.products.push_back(product);
  }
  result_.elements.resize(p.elements.size());
}

void AcceleratorCounter::count(const AcceleratorProbe& probe, const std::vector<ChannelProbe>& elements) {
  ++result_.cycles;
  const auto dma = static_cast<std::size_t>(dma_cause(probe));
  ++result_.dma[dma];
  for (std::size_t bank = 0; bank < 3; ++bank) {
    ++result_.banks[bank][static_cast<std::size_t>(bank_cause(probe, bank))];
  }
  ++result_.gather[static_cast<std::size_t>(gather_cause())];
  std::int64_t busy = 0;
  for (std::size_t e = 0; e < counters_.size(); ++e) {
    const Cause cause = counters_[e].count(elements[e]);
    busy += cause == Cause::kBusy;
    if (waits_for_memory(cause)) {
      ++result_.elements[e].wait_memory;
      --result_.elements[e].causes[static_cast<std::size_t>(cause)];
    }
  }
  constexpr std::array<unsigned, 5> kJobs = {kDmaJobChannel, kAJobChannel, kBJobChannel, kSideJobChannel,
                                             kOutJobChannel};
  for (std::size_t i = 0; i < kJobs.size(); ++i) jobs_left_[i] -= probe.moved(kJobs[i]) ? 1 : 0;
  requests_ += probe.moved(kMemReqChannel) ? 1 : 0;
  if (product_ == result_.products.size()) return;
  ProductResult& product = result_.products[product_];
  ++product.cycles;
  ++product.dma[dma];
  product.busy += busy;
  product.beats += probe.moved(kMemReqChannel) ? 1 : 0;
  if (requests_ >= product_ends_[product_]) ++product_;
}

AcceleratorResult AcceleratorCounter::result() const {
  AcceleratorResult result = result_;
  for (std::size_t e = 0; e < counters_.size(); ++e) {
    for (std::size_t i = 0; i < kCauses.size(); ++i) result.elements[e].causes[i] += counters_[e].causes()[i];
    result.elements[e].update_causes = counters_[e].update_causes();
  }
  return result;
}

std::uint32_t AcceleratorCounter::partner_done(Bank bank) const {
  const AcceleratorStatus& s = accelerator_.status;
  switch (bank) {
    case Bank::kA:
      return s.a_done.read();
    case Bank::kB:
      return s.b_done.read();
    case Bank::kSide:
      return s.side_done.read();
    case Bank::kOut:
      break;
  }
  return s.gather_done.read();
}

DmaCause AcceleratorCounter::dma_cause(const AcceleratorProbe& probe) const {
  const EngineStatus s = accelerator_.status.dma.read();
  switch (s.state) {
    case EngineState::kIdle:
      if (probe.offered(kDmaJobChannel)) return DmaCause::kJob;
      return jobs_left_[0] > 0 ? DmaCause::kWaitJob : DmaCause::kIdle;
    case EngineState::kWait:
      return partner_done(s.bank) >= s.needs ? DmaCause::kStart : DmaCause::kWaitBuffer;
    case EngineState::kRun:
      break;
  }
  if (probe.moved(kMemReqChannel)) return DmaCause::kBusy;
  if (probe.offered(kMemReqChannel)) return DmaCause::kWaitDram;
  return s.writes ? DmaCause::kWaitBank : DmaCause::kLatency;
}

const sc_core::sc_signal<EngineStatus>& AcceleratorCounter::bank_status(std::size_t bank) const {
  const AcceleratorStatus& s = accelerator_.status;
  return bank == 0 ? s.a : bank == 1 ? s.b : s.side;
}

BankCause AcceleratorCounter::bank_cause(const AcceleratorProbe& probe, std::size_t bank) const {
  const auto number = static_cast<unsigned>(bank);
  const EngineStatus s = bank_status(bank).read();
  switch (s.state) {
    case EngineState::kIdle:
      if (probe.offered(kAJobChannel + number)) return BankCause::kJob;
      return jobs_left_[1 + bank] > 0 ? BankCause::kWaitJob : BankCause::kIdle;
    case EngineState::kWait:
      return accelerator_.status.dma_done.read() >= s.needs ? BankCause::kStart : BankCause::kWaitMemory;
    case EngineState::kRun:
      break;
  }
  if (probe.moved(kAWordChannel + number)) return BankCause::kBusy;
  return probe.offered(kAWordChannel + number) ? BankCause::kWaitLink : BankCause::kFetch;
}

GatherCause AcceleratorCounter::gather_cause() const {
  const EngineStatus s = accelerator_.status.gather.read();
  switch (s.state) {
    case EngineState::kIdle:
      if (accelerator_.channels.out_job.offer.read().valid) return GatherCause::kJob;
      return jobs_left_[4] > 0 ? GatherCause::kWaitJob : GatherCause::kIdle;
    case EngineState::kWait:
      return accelerator_.status.dma_done.read() >= s.needs ? GatherCause::kStart : GatherCause::kWaitStore;
    case EngineState::kRun:
      break;
  }
  if (s.link_busy) return GatherCause::kLink;
  const bool offered =
      s.updates ? accelerator_.element(s.turn).channels.update_out.offer.read().valid : s.queued;
  return offered ? GatherCause::kBusy : GatherCause::kWaitElement;
}

/// Whether the bank that brings what an element waits for itself waits for a load.
bool AcceleratorCounter::waits_for_memory(Cause cause) const {
  std::size_t bank = 2;
  switch (cause) {
    case Cause::kWaitA:
      bank = 0;
      break;
    case Cause::kWaitB:
      bank = 1;
      break;
    case Cause::kWaitBias:
    case Cause::kWaitMask:
    case Cause::kWaitJob:
      break;
    default:
      return false;
  }
  const EngineStatus s = bank_status(bank).read();
  return s.state == EngineState::kWait && accelerator_.status.dma_done.read() < s.needs;
}

}  // namespace napier::sim
