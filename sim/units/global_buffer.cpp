#include "sim/units/global_buffer.hpp"

#include <algorithm>

namespace napier::sim {

GlobalBuffer::GlobalBuffer(sc_core::sc_module_name name, const Design& design, Bank bank)
    : sc_module(name),
      bank_(bank),
      row_bytes_(packed_bytes(bank_bits(design, bank))),
      memory_(row_bytes_ * static_cast<std::size_t>(bank_rows(design, bank))),
      last_write_(row_bytes_) {
  for (BankWord& word : output_) word.bytes.resize(row_bytes_);
  SC_METHOD(edge);
  sensitive << clock.pos();
  dont_initialize();
}

void GlobalBuffer::edge() {
  const bool fires = out.fires();
  if (state_ == EngineState::kRun) {
    if (left_ > 0 && (!valid_ || fires)) {
      load();
    } else if (fires) {
      valid_ = false;
      if (left_ == 0) {
        ++done_;
        state_ = EngineState::kIdle;
      }
    }
  } else if (state_ == EngineState::kWait) {
    if (bank_ == Bank::kOut || dma_done->read() >= now_.needs) state_ = EngineState::kRun;
  } else if (job.fires()) {
    now_ = *job.data();
    left_ = now_.words;
    if (bank_ != Bank::kOut) turns_ = Turns(now_.elements, now_.chunk, now_.chunk_last);
    state_ = EngineState::kWait;
  }
  const BankWrite& w = write->read();
  if (w.valid && w.bank == bank_) {
    std::uint8_t* row = &memory_[w.row * row_bytes_];
    std::copy_n(w.data->begin(), row_bytes_, row);
    write_toggles_ += hamming({row, row_bytes_}, last_write_);
    std::copy_n(row, row_bytes_, last_write_.begin());
    ++writes_;
  }
  publish();
}

void GlobalBuffer::load() {
  const std::size_t at = now_.row * row_bytes_;
  const BankWord& before = output_[static_cast<std::size_t>(shown_)];
  shown_ ^= 1;
  BankWord& word = output_[static_cast<std::size_t>(shown_)];
  std::copy_n(&memory_[at], row_bytes_, word.bytes.begin());
  output_toggles_ += hamming(word.bytes, before.bytes);
  word.kind = now_.kind;
  word.to = now_.deal ? std::uint64_t{1} << turns_.element() : now_.elements;
  if (now_.deal) turns_.step();
  valid_ = true;
  ++reads_;
  ++now_.row;
  --left_;
}

void GlobalBuffer::publish() {
  job.ready->write(state_ == EngineState::kIdle);
  out.offer->write({valid_, &output_[static_cast<std::size_t>(shown_)]});
  done->write(done_);
  EngineStatus s;
  s.state = state_;
  s.needs = now_.needs;
  s.words_left = left_ > 0;
  s.bank = bank_;
  status->write(s);
}

std::vector<Event> GlobalBuffer::events() const {
  const std::string component = basename();
  return {{component, "writes", writes_, "words"},
          {component, "reads", reads_, "words"},
          {component, "write_toggles", write_toggles_, "bits"},
          {component, "output_toggles", output_toggles_, "bits"}};
}

void GlobalBuffer::dump(std::ostream& os) const {
  os << basename() << ": " << sim::name(state_) << " kind=" << kind_name(now_.kind) << " row=" << now_.row
     << " left=" << left_ << " needs=" << now_.needs << " dma_done=" << dma_done->read()
     << " turn=" << turns_.element() << " out_valid=" << valid_ << " done=" << done_ << '\n';
}

}  // namespace napier::sim
