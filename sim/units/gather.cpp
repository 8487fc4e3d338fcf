#include "sim/units/gather.hpp"

#include <algorithm>

#include "models/accelerator/host_words.hpp"
#include "models/design/widths.hpp"

namespace napier::sim {

Gather::Gather(sc_core::sc_module_name name, const Design& design)
    : sc_module(name),
      design_(design),
      words_(design),
      depth_(static_cast<std::size_t>(design.array.out_queue)),
      row_bytes_(packed_bytes(bank_bits(design, Bank::kOut))),
      queues_(static_cast<std::size_t>(design.array.elements)) {
  for (const WordKind kind : word_kinds(design)) {
    cycles_[static_cast<std::size_t>(kind)] = link_cycles(design, kind);
  }
  for (int e = 0; e < design.array.elements; ++e) {
    outs_.push_back(std::make_unique<SinkEnd<std::uint32_t>>());
    update_outs_.push_back(std::make_unique<SinkEnd<MadamState>>());
  }
  SC_METHOD(edge);
  sensitive << clock.pos();
  dont_initialize();
}

void Gather::bind(int element, Channel<std::uint32_t>& out, Channel<MadamState>& update_out) {
  outs_[static_cast<std::size_t>(element)]->bind(out);
  update_outs_[static_cast<std::size_t>(element)]->bind(update_out);
}

bool Gather::offered() const {
  return now_.kind == WordKind::kUpdateOut ? update_outs_[turns_.element()]->offer->read().valid
                                           : !queues_[turns_.element()].empty();
}

void Gather::edge() {
  std::vector<bool> arrives;
  arrives.reserve(outs_.size());
  for (const auto& out : outs_) arrives.push_back(out->fires());
  collect_valid_ = false;
  switch (state_) {
    case EngineState::kIdle:
      if (!job.fires()) break;
      now_ = *job.data();
      left_ = now_.words;
      turns_ = Turns(now_.elements, now_.chunk, now_.chunk_last);
      state_ = EngineState::kWait;
      break;
    case EngineState::kWait:
      if (dma_done->read() >= now_.needs) state_ = EngineState::kRun;
      break;
    case EngineState::kRun:
      if (wait_ > 0) {
        --wait_;
      } else if (offered()) {
        take();
      }
      break;
  }
  for (std::size_t e = 0; e < outs_.size(); ++e) {
    if (!arrives[e]) continue;
    scratch_.bits = design_.post_processor.lanes * widths::output_bits(design_);
    scratch_.bytes.clear();
    words_.encode(std::span(outs_[e]->data(), words_.post_lanes()), scratch_);
    queues_[e].push_back(scratch_.bytes);
  }
  publish();
}

void Gather::take() {
  const unsigned element = turns_.element();
  if (now_.kind == WordKind::kUpdateOut) {
    scratch_.bits = kind_bits(design_, WordKind::kUpdateOut);
    scratch_.bytes.clear();
    words_.encode(std::span(update_outs_[element]->data(), words_.update_lanes()), scratch_);
    collect_word(scratch_.bytes);
  } else {
    const PackedWord& word = queues_[element].front();
    collect_word(now_.kind == WordKind::kOut ? packed_output(design_, word) : word);
    queues_[element].pop_front();
  }
  turns_.step();
  wait_ = cycles_[static_cast<std::size_t>(now_.kind)] - 1;
  if (--left_ > 0) return;
  wait_ = 0;
  ++done_;
  state_ = EngineState::kIdle;
}

void Gather::collect_word(const PackedWord& word) {
  shown_ ^= 1;
  PackedWord& row = collected_[static_cast<std::size_t>(shown_)];
  row.assign(row_bytes_, 0);
  std::ranges::copy(word, row.begin());
  collect_valid_ = true;
  collect_row_ = now_.row++;
  ++words_taken_;
}

void Gather::publish() {
  job.ready->write(state_ == EngineState::kIdle);
  for (std::size_t e = 0; e < outs_.size(); ++e) {
    outs_[e]->ready->write(queues_[e].size() < depth_);
    update_outs_[e]->ready->write(takes() && now_.kind == WordKind::kUpdateOut && turns_.element() == e);
  }
  collect->write({collect_valid_, Bank::kOut, collect_row_, &collected_[static_cast<std::size_t>(shown_)]});
  done->write(done_);
  EngineStatus s;
  s.state = state_;
  s.needs = now_.needs;
  s.words_left = left_ > 0;
  s.link_busy = wait_ > 0;
  s.bank = Bank::kOut;
  s.turn = turns_.element();
  s.updates = now_.kind == WordKind::kUpdateOut;
  s.queued = !queues_[s.turn].empty();
  status->write(s);
}

std::vector<Event> Gather::events() const { return {{basename(), "words", words_taken_, "words"}}; }

void Gather::dump(std::ostream& os) const {
  os << basename() << ": " << sim::name(state_) << " kind=" << kind_name(now_.kind) << " row=" << now_.row
     << " left=" << left_ << " turn=" << turns_.element() << " wait=" << wait_ << " needs=" << now_.needs
     << " dma_done=" << dma_done->read() << " done=" << done_ << " queues=";
  for (const auto& queue : queues_) os << queue.size() << ' ';
  os << '\n';
}

}  // namespace napier::sim
