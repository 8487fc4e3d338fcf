#include "sim/units/operand_link.hpp"

#include <bit>

namespace napier::sim {

OperandLink::OperandLink(sc_core::sc_module_name name, const Design& design)
    : sc_module(name), elements_(design.array.elements), words_(design) {
  for (const WordKind kind : word_kinds(design)) {
    cycles_[static_cast<std::size_t>(kind)] = link_cycles(design, kind);
  }
  SC_METHOD(edge);
  sensitive << clock.pos();
  dont_initialize();
}

/// Operands, accumulators, bits or weights of a word.
std::size_t OperandLink::fields_of(WordKind kind) const {
  switch (kind) {
    case WordKind::kA:
      return words_.stationary();
    case WordKind::kB:
      return words_.vector();
    case WordKind::kBias:
    case WordKind::kMask:
    case WordKind::kRowScale:
      return words_.post_lanes();
    case WordKind::kUpdateIn:
      return words_.update_lanes();
    default:
      return 1;
  }
}

void OperandLink::edge() {
  const bool arrives = in.fires();
  bool takes = false;
  busy_cycles_ += pending_ != 0;
  if (wait_ > 0) {
    --wait_;
  } else {
    const std::uint64_t taken = pending_ == 0 ? 0 : outputs_[static_cast<std::size_t>(kind_)]->fires();
    pending_ &= ~taken;
    delivered_ += std::popcount(taken);
    takes = pending_ == 0 && queued_ > 0;
  }
  if (arrives) queue_[static_cast<std::size_t>((head_ + queued_) & 1)] = *in.data();
  if (takes) {
    const BankWord& word = queue_[static_cast<std::size_t>(head_)];
    kind_ = word.kind;
    pending_ = word.to;
    wait_ = cycles_[static_cast<std::size_t>(kind_)] - 1;
    outputs_[static_cast<std::size_t>(kind_)]->unpack(word.bytes);
    ++carried_;
    head_ ^= 1;
    --queued_;
  }
  queued_ += arrives ? 1 : 0;
  publish();
}

void OperandLink::publish() {
  in.ready->write(queued_ < 2);
  for (std::size_t kind = 0; kind < outputs_.size(); ++kind) {
    if (!outputs_[kind]) continue;
    outputs_[kind]->show(wait_ == 0 && kind == static_cast<std::size_t>(kind_) ? pending_ : 0);
  }
}

std::vector<Event> OperandLink::events() const {
  const std::string component = basename();
  return {{component, "words", carried_, "words"},
          {component, "deliveries", delivered_, "words"},
          {component, "busy", busy_cycles_, "cycles"}};
}

void OperandLink::dump(std::ostream& os) const {
  os << basename() << ": queue=" << queued_ << " kind=" << kind_name(kind_) << " pending=0x" << std::hex
     << pending_ << std::dec << " wait=" << wait_ << '\n';
}

}  // namespace napier::sim
