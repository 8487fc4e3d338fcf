#include "sim/units/madam_update.hpp"

namespace napier::sim {

MadamUpdateBlock::MadamUpdateBlock(sc_core::sc_module_name name, const Design& design)
    : sc_module(name),
      function_(design),
      lanes_(static_cast<std::size_t>(design.update.lanes)),
      weight_bits_(design.update.bits),
      v_bits_(design.update.v_bits),
      queue_(design.pipeline.update, lanes_),
      last_out_(lanes_) {
  SC_METHOD(edge);
  sensitive << clock.pos();
  dont_initialize();
}

void MadamUpdateBlock::edge() {
  const bool out_fires = out.fires();
  const bool finished = run_ && left_ == 0 && queue_.empty();
  if (in.fires()) {
    update(in.data());
    --left_;
  }
  queue_.advance(out_fires);
  if (finished) run_ = false;
  if (job.fires()) {
    ++jobs_;
    left_ = job.data()->words;
    settings_ = job.data()->settings;
    index_ = 0;
    run_ = left_ > 0;
  }
  publish();
}

void MadamUpdateBlock::publish() {
  job.ready->write(!run_);
  in.ready->write(run_ && left_ > 0 && !queue_.full());
  out.offer->write(queue_.offer());
  status->write({run_, queue_.full(), left_ > 0});
}

void MadamUpdateBlock::update(const UpdateItem* items) {
  std::vector<MadamState>& word = queue_.accept();
  for (std::size_t i = 0; i < lanes_; ++i) {
    word[i] = function_(items[i].state, items[i].gradient, settings_, index_++);
    zero_gradients_ += items[i].gradient == 0;
    out_toggles_ += hamming(word[i].weight, last_out_[i].weight, weight_bits_) +
                    hamming(word[i].v, last_out_[i].v, v_bits_);
    last_out_[i] = word[i];
  }
  ++words_;
}

std::vector<Event> MadamUpdateBlock::events() const {
  const std::string component = basename();
  return {{component, "jobs", jobs_, "jobs"},
          {component, "updates", words_ * static_cast<std::int64_t>(lanes_), "weights"},
          {component, "zero_gradients", zero_gradients_, "weights"},
          {component, "output_toggles", out_toggles_, "bits"}};
}

void MadamUpdateBlock::dump(std::ostream& os) const {
  os << basename() << ": " << (run_ ? "RUN" : "IDLE") << " left=" << left_
     << " occupancy=" << queue_.occupancy() << " output_queue=" << queue_.queued() << '\n';
}

std::ostream& operator<<(std::ostream& os, const MadamUpdateBlock::Status& status) {
  return os << (status.run ? "RUN" : "IDLE");
}

}  // namespace napier::sim
