#include "sim/dram.hpp"

#include <algorithm>

namespace napier::sim {

SimpleDram::SimpleDram(const MemoryParameters& m)
    : timing_({m.dram_interval, m.dram_latency, m.dram_banks, m.dram_row_beats, m.dram_row_miss}) {}

void SimpleDram::request(std::uint64_t cycle, std::uint64_t address, bool write) {
  const std::uint64_t answer = timing_.accept(cycle, address);
  if (!write) answers_.push_back(answer);
}

bool SimpleDram::answers(std::uint64_t cycle) {
  if (answers_.empty() || answers_.front() > cycle) return false;
  answers_.pop_front();
  return true;
}

std::vector<Event> SimpleDram::events() const {
  return {{"dram", "row_hits", timing_.row_hits(), "beats"},
          {"dram", "row_misses", timing_.row_misses(), "beats"}};
}

Dram::Dram(sc_core::sc_module_name name, const Design& design, std::vector<std::uint8_t> contents,
           std::unique_ptr<DramModel> model, const HostStalls& stalls, unsigned request_channel,
           unsigned answer_channel)
    : sc_module(name),
      beat_bytes_(static_cast<std::size_t>(design.memory.dram_bits / 8)),
      contents_(std::move(contents)),
      model_(std::move(model)),
      stalls_(stalls),
      request_channel_(request_channel),
      answer_channel_(answer_channel) {
  SC_METHOD(edge);
  sensitive << clock.pos();
  dont_initialize();
}

void Dram::edge() {
  if (request.fires()) {
    const MemoryBeat& beat = *request.data();
    model_->request(cycle_, beat.address, beat.write);
    const auto place = contents_.begin() + static_cast<std::ptrdiff_t>(beat.address * beat_bytes_);
    if (beat.write) {
      std::copy_n(beat.bytes.begin(), beat_bytes_, place);
    } else {
      reads_.emplace_back(place, place + static_cast<std::ptrdiff_t>(beat_bytes_));
    }
  }
  if (answer.fires()) offered_ = false;
  ++cycle_;
  publish();
}

void Dram::publish() {
  const bool ready = model_->ready(cycle_);
  request.ready->write(ready && !stalls_.in(request_channel_, cycle_));
  if (!offered_) {
    if (!due_) due_ = !reads_.empty() && model_->answers(cycle_);
    if (due_ && !stalls_.in(answer_channel_, cycle_)) {
      due_ = false;
      offered_ = true;
      shown_ ^= 1;
      beat_[static_cast<std::size_t>(shown_)].bytes = std::move(reads_.front());
      reads_.pop_front();
    }
  }
  answer.offer->write({offered_, &beat_[static_cast<std::size_t>(shown_)]});
}

void Dram::dump(std::ostream& os) const {
  os << basename() << ": cycle=" << cycle_ << " reads_under_way=" << reads_.size() << " offered=" << offered_
     << '\n';
}

}  // namespace napier::sim
