#include "sim/units/processing_element.hpp"

#include "models/design/widths.hpp"

namespace napier::sim {

ProcessingElement::ProcessingElement(sc_core::sc_module_name name, const Design& design)
    : sc_module(name),
      buffer_a_("operand_buffer_a",
                {design.datapath.lanes, design.buffers.a_rows, widths::stationary_words(design), true}),
      buffer_b_("operand_buffer_b", {1, design.buffers.b_words, design.datapath.vector, false}),
      sequencer_("sequencer", design),
      lanes_("vector_lanes", design),
      collector_("accumulation_collector", design),
      post_("post_processor", design) {
  connect_gemm();
  if (design.update.kind != UpdateKind::kMadam) return;
  update_ = std::make_unique<MadamUpdateBlock>("madam_update", design);
  connect_update();
}

void ProcessingElement::connect_gemm() {
  buffer_a_.clock(clock);
  buffer_a_.fill.bind(channels.a_fill);
  buffer_a_.out.bind(channels.a);
  buffer_a_.control(status.control);

  buffer_b_.clock(clock);
  buffer_b_.fill.bind(channels.b_fill);
  buffer_b_.out.bind(channels.b);

  sequencer_.clock(clock);
  sequencer_.job.bind(channels.job);
  sequencer_.bias.bind(channels.bias);
  sequencer_.row_scale.bind(channels.row_scale);
  sequencer_.a.bind(channels.a);
  sequencer_.b.bind(channels.b);
  sequencer_.drain_done(status.drain_done);
  sequencer_.drain_valid(channels.drain.offer);
  sequencer_.post_idle(status.post_idle);
  sequencer_.issue(channels.issue);
  sequencer_.control(status.control);

  lanes_.clock(clock);
  lanes_.a(channels.a.offer);
  lanes_.a_ready(channels.a.ready);
  lanes_.issue(channels.issue);
  lanes_.sum(channels.sum);

  collector_.clock(clock);
  collector_.sum(channels.sum);
  collector_.control(status.control);
  collector_.drain.bind(channels.drain);
  collector_.drain_done(status.drain_done);
  collector_.draining(status.draining);

  post_.clock(clock);
  post_.drain.bind(channels.drain);
  post_.mask.bind(channels.mask);
  post_.out.bind(channels.out);
  post_.control(status.control);
  post_.idle(status.post_idle);
  post_.lacks_mask(status.lacks_mask);
}

void ProcessingElement::connect_update() {
  update_->clock(clock);
  update_->job.bind(channels.update_job);
  update_->in.bind(channels.update_in);
  update_->out.bind(channels.update_out);
  update_->status(status.update);
}

std::vector<Event> ProcessingElement::events() const {
  std::vector<Event> all;
  const auto append = [&all](const std::vector<Event>& events) {
    all.insert(all.end(), events.begin(), events.end());
  };
  append(buffer_a_.events());
  append(buffer_b_.events());
  append(sequencer_.events());
  append(lanes_.events());
  append(collector_.events());
  append(post_.events());
  if (update_) append(update_->events());
  return all;
}

void ProcessingElement::dump(std::ostream& os) const {
  buffer_a_.dump(os);
  buffer_b_.dump(os);
  sequencer_.dump(os);
  lanes_.dump(os);
  collector_.dump(os);
  post_.dump(os);
  if (update_) update_->dump(os);
}

}  // namespace napier::sim
