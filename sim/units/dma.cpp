#include "sim/units/dma.hpp"

#include <algorithm>

namespace napier::sim {

Dma::Dma(sc_core::sc_module_name name, const Design& design)
    : sc_module(name), beat_bytes_(static_cast<std::size_t>(design.memory.dram_bits / 8)) {
  for (const WordKind kind : word_kinds(design)) beats_[static_cast<std::size_t>(kind)] = beats(design, kind);
  for (int bank = 0; bank < kBanks; ++bank) {
    bytes_[static_cast<std::size_t>(bank)] = packed_bytes(bank_bits(design, static_cast<Bank>(bank)));
  }
  for (MemoryBeat& beat : beat_out_) beat.bytes.resize(beat_bytes_);
  SC_METHOD(edge);
  sensitive << clock.pos();
  dont_initialize();
}

std::uint32_t Dma::partner_done() const {
  switch (bank_of(now_.kind)) {
    case Bank::kA:
      return a_done->read();
    case Bank::kB:
      return b_done->read();
    case Bank::kSide:
      return side_done->read();
    case Bank::kOut:
      break;
  }
  return gather_done->read();
}

void Dma::edge() {
  const bool job_fires = job.fires(), request_fires = request.fires(), answer_fires = response.fires();
  const bool store_fires = store.fires(), store_job_fires = store_job.fires();
  fill_valid_ = false;
  if (store_job_fires) store_job_valid_ = false;
  if (answer_fires) answered(*response.data());
  if (request_fires) requested();
  if (store_fires) {
    queue_[static_cast<std::size_t>((head_ + queued_) & 1)] = store.data()->bytes;
    ++queued_;
  }
  if (state_ == State::kWait && partner_done() >= now_.needs && !job_fires) begin();
  if (job_fires) {
    now_ = *job.data();
    request_words_ = now_.words;
    request_beat_ = beat_ = 0;
    state_ = State::kWait;
  }
  publish();
}

void Dma::begin() {
  if (bank_of(now_.kind) != Bank::kOut) {
    state_ = State::kLoad;
    ++loads_;
    return;
  }
  state_ = State::kStore;
  ++stores_;
  store_job_valid_ = true;
  store_request_ = {};
  store_request_.row = now_.row;
  store_request_.words = now_.words;
  store_request_.kind = now_.kind;
}

/// A beat has been asked for, or written.
void Dma::requested() {
  ++now_.address;
  if (state_ == State::kLoad) {
    ++beats_read_;
    if (++request_beat_ < job_beats()) return;
    request_beat_ = 0;
    --request_words_;
    return;
  }
  ++beats_written_;
  if (++beat_ < job_beats()) return;
  beat_ = 0;
  head_ ^= 1;
  --queued_;
  finish_word();
}

void Dma::answered(const MemoryBeat& beat) {
  PackedWord& word = assembly_[static_cast<std::size_t>(filling_)];
  if (beat_ == 0) word.assign(bytes_[static_cast<std::size_t>(bank_of(now_.kind))], 0);
  const std::size_t at = static_cast<std::size_t>(beat_) * beat_bytes_;
  std::copy_n(beat.bytes.begin(), std::min(beat_bytes_, word.size() - at),
              word.begin() + static_cast<std::ptrdiff_t>(at));
  if (++beat_ < job_beats()) return;
  beat_ = 0;
  filling_ ^= 1;
  fill_valid_ = true;
  fill_row_ = now_.row++;
  finish_word();
}

void Dma::finish_word() {
  if (--now_.words > 0) return;
  ++done_;
  state_ = State::kIdle;
}

void Dma::publish() {
  const bool storing = state_ == State::kStore;
  const bool wants = storing ? queued_ > 0 : state_ == State::kLoad && request_words_ > 0;
  if (wants) {
    shown_ ^= 1;
    MemoryBeat& beat = beat_out_[static_cast<std::size_t>(shown_)];
    beat.address = now_.address;
    beat.write = storing;
    std::ranges::fill(beat.bytes, std::uint8_t{0});
    if (storing) {
      const PackedWord& word = queue_[static_cast<std::size_t>(head_)];
      const std::size_t at = static_cast<std::size_t>(beat_) * beat_bytes_;
      std::copy_n(word.begin() + static_cast<std::ptrdiff_t>(at), std::min(beat_bytes_, word.size() - at),
                  beat.bytes.begin());
    }
  }
  job.ready->write(state_ == State::kIdle);
  request.offer->write({wants, &beat_out_[static_cast<std::size_t>(shown_)]});
  response.ready->write(true);
  store.ready->write(queued_ < 2);
  store_job.offer->write({store_job_valid_, &store_request_});
  fill->write(
      {fill_valid_, bank_of(now_.kind), fill_row_, &assembly_[static_cast<std::size_t>(filling_ ^ 1)]});
  done->write(done_);
  EngineStatus s;
  s.state = state_ == State::kIdle   ? EngineState::kIdle
            : state_ == State::kWait ? EngineState::kWait
                                     : EngineState::kRun;
  s.needs = now_.needs;
  s.bank = bank_of(now_.kind);
  s.writes = s.bank == Bank::kOut;
  s.words_left = wants;
  status->write(s);
}

std::vector<Event> Dma::events() const {
  const std::string component = basename();
  return {{component, "loads", loads_, "descriptors"},
          {component, "stores", stores_, "descriptors"},
          {component, "beats_read", beats_read_, "beats"},
          {component, "beats_written", beats_written_, "beats"}};
}

void Dma::dump(std::ostream& os) const {
  constexpr std::array<const char*, 4> kNames = {"IDLE", "WAIT", "LOAD", "STORE"};
  os << basename() << ": " << kNames[static_cast<std::size_t>(state_)] << " kind=" << kind_name(now_.kind)
     << " address=" << now_.address << " row=" << now_.row << " words=" << now_.words
     << " request_words=" << request_words_ << " beat=" << beat_ << " needs=" << now_.needs
     << " partner=" << partner_done() << " queue=" << queued_ << " dma_done=" << done_ << '\n';
}

}  // namespace napier::sim
