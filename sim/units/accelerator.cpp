#include "sim/units/accelerator.hpp"

#include <string>

#include "models/design/widths.hpp"

namespace napier::sim {

Accelerator::Accelerator(sc_core::sc_module_name name, const Design& design)
    : sc_module(name),
      dma_("dma", design),
      bank_a_("global_buffer_a", design, Bank::kA),
      bank_b_("global_buffer_b", design, Bank::kB),
      bank_side_("global_buffer_side", design, Bank::kSide),
      bank_out_("global_buffer_out", design, Bank::kOut),
      link_a_("operand_link_a", design),
      link_b_("operand_link_b", design),
      link_side_("operand_link_side", design),
      gather_("gather", design) {
  connect_bank(bank_a_, channels.a_job, channels.fill, channels.a_word, status.a_done, status.a);
  connect_bank(bank_b_, channels.b_job, channels.fill, channels.b_word, status.b_done, status.b);
  connect_bank(bank_side_, channels.side_job, channels.fill, channels.side_word, status.side_done,
               status.side);
  connect_bank(bank_out_, channels.store_job, channels.collect, channels.store, status.out_done, status.out);
  connect_dma();
  for (const auto& [link, words] : {std::pair{&link_a_, &channels.a_word},
                                    {&link_b_, &channels.b_word},
                                    {&link_side_, &channels.side_word}}) {
    link->clock(clock);
    link->in.bind(*words);
  }
  gather_.clock(clock);
  gather_.job.bind(channels.out_job);
  gather_.collect(channels.collect);
  gather_.dma_done(status.dma_done);
  gather_.done(status.gather_done);
  gather_.status(status.gather);
  for (int e = 0; e < design.array.elements; ++e) {
    elements_.push_back(
        std::make_unique<ProcessingElement>(("element_" + std::to_string(e)).c_str(), design));
    connect_element(design, e);
  }
}

void Accelerator::connect_bank(GlobalBuffer& bank, Channel<StreamJob>& job,
                               sc_core::sc_signal<BankWrite>& write, Channel<BankWord>& out,
                               sc_core::sc_signal<std::uint32_t>& done,
                               sc_core::sc_signal<EngineStatus>& bank_status) {
  bank.clock(clock);
  bank.job.bind(job);
  bank.write(write);
  bank.out.bind(out);
  bank.dma_done(status.dma_done);
  bank.done(done);
  bank.status(bank_status);
}

void Accelerator::connect_dma() {
  dma_.clock(clock);
  dma_.job.bind(channels.dma_job);
  dma_.request.bind(channels.mem_req);
  dma_.response.bind(channels.mem_rsp);
  dma_.store_job.bind(channels.store_job);
  dma_.store.bind(channels.store);
  dma_.fill(channels.fill);
  dma_.a_done(status.a_done);
  dma_.b_done(status.b_done);
  dma_.side_done(status.side_done);
  dma_.gather_done(status.gather_done);
  dma_.done(status.dma_done);
  dma_.status(status.dma);
}

void Accelerator::connect_element(const Design& design, int e) {
  ProcessingElement& element = *elements_[static_cast<std::size_t>(e)];
  element.clock(clock);
  ElementChannels& c = element.channels;
  link_a_.bind(WordKind::kA, e, c.a_fill);
  link_b_.bind(WordKind::kB, e, c.b_fill);
  link_side_.bind(WordKind::kJob, e, c.job);
  link_side_.bind(WordKind::kBias, e, c.bias);
  link_side_.bind(WordKind::kMask, e, c.mask);
  if (widths::has_row_scales(design)) link_side_.bind(WordKind::kRowScale, e, c.row_scale);
  if (design.update.kind == UpdateKind::kMadam) {
    link_side_.bind(WordKind::kUpdateJob, e, c.update_job);
    link_side_.bind(WordKind::kUpdateIn, e, c.update_in);
  }
  gather_.bind(e, c.out, c.update_out);
}

std::vector<Event> Accelerator::events() const {
  std::vector<Event> all;
  const auto append = [&all](const std::vector<Event>& events, const std::string& prefix) {
    for (Event event : events) {
      event.component = prefix + event.component;
      all.push_back(std::move(event));
    }
  };
  append(dma_.events(), "");
  for (const GlobalBuffer* bank : {&bank_a_, &bank_b_, &bank_side_, &bank_out_}) append(bank->events(), "");
  for (const OperandLink* link : {&link_a_, &link_b_, &link_side_}) append(link->events(), "");
  append(gather_.events(), "");
  for (const auto& element : elements_) {
    append(element->events(), std::string(element->basename()) + ".");
  }
  return all;
}

void Accelerator::dump(std::ostream& os) const {
  dma_.dump(os);
  for (const GlobalBuffer* bank : {&bank_a_, &bank_b_, &bank_side_, &bank_out_}) bank->dump(os);
  for (const OperandLink* link : {&link_a_, &link_b_, &link_side_}) link->dump(os);
  gather_.dump(os);
  for (const auto& element : elements_) {
    os << element->basename() << ":\n";
    element->dump(os);
  }
}

}  // namespace napier::sim
