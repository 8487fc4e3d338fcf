#include "sim/units/accumulation_collector.hpp"

#include <algorithm>

#include "models/units/accumulation_collector.hpp"

namespace napier::sim {

AccumulationCollector::AccumulationCollector(sc_core::sc_module_name name, const Design& design)
    : sc_module(name),
      lanes_(static_cast<std::size_t>(design.datapath.lanes)),
      post_lanes_(static_cast<std::size_t>(design.post_processor.lanes)),
      bits_(design.datapath.accumulator_bits),
      overflow_(design.datapath.overflow),
      acc_(lanes_ * static_cast<std::size_t>(design.collector.entries)),
      bias_(lanes_) {
  drain_data_.fill(std::vector<std::int32_t>(post_lanes_));
  SC_METHOD(edge);
  sensitive << clock.pos();
  dont_initialize();
}

void AccumulationCollector::edge() {
  const Control& now = control->read();
  const Sum& sums = sum->read();
  const bool fires = drain.fires();
  const bool load = active_ && (!valid_ || fires);
  done_ = false;
  if (load) {
    load_drain(now);
  } else if (fires) {
    valid_ = false;
  }
  if (now.bias_write) write_bias(now);
  if (sums.valid) {
    accumulate_sum(sums, now.job.has_bias);
    if (sums.last) {
      active_ = true;
      entry_ = group_ = 0;
    }
  }
  publish();
}

void AccumulationCollector::publish() {
  drain.offer->write({valid_, drain_data_[static_cast<std::size_t>(shown_)].data()});
  drain_done->write(done_);
  draining->write(active_);
}

void AccumulationCollector::write_bias(const Control& now) {
  std::copy_n(now.bias_data, post_lanes_,
              &bias_[static_cast<std::size_t>(now.bias_write_group) * post_lanes_]);
  ++bias_words_;
}

void AccumulationCollector::accumulate_sum(const Sum& sums, bool has_bias) {
  std::int32_t* acc = &acc_[static_cast<std::size_t>(sums.entry) * lanes_];
  for (std::size_t lane = 0; lane < lanes_; ++lane) {
    const std::int32_t before = sums.first ? (has_bias ? bias_[lane] : 0) : acc[lane];
    const AccumulateResult after = accumulate(before, sums.data[lane], bits_, overflow_);
    saturations_ += after.overflowed;
    acc_toggles_ += hamming(after.value, acc[lane], bits_);
    acc[lane] = after.value;
  }
  ++sums_;
}

void AccumulationCollector::load_drain(const Control& now) {
  const std::vector<std::int32_t>& before = drain_data_[static_cast<std::size_t>(shown_)];
  shown_ ^= 1;
  std::vector<std::int32_t>& word = drain_data_[static_cast<std::size_t>(shown_)];
  const auto first =
      static_cast<std::size_t>(entry_) * lanes_ + static_cast<std::size_t>(group_) * post_lanes_;
  for (std::size_t i = 0; i < post_lanes_; ++i) {
    word[i] = acc_[first + i];
    drain_toggles_ += hamming(word[i], before[i], bits_);
  }
  valid_ = true;
  ++drains_;
  if (++group_ < now.groups) return;
  group_ = 0;
  if (++entry_ < now.columns) return;
  active_ = false;
  done_ = true;
}

std::vector<Event> AccumulationCollector::events() const {
  const std::string component = basename();
  const auto lanes = static_cast<std::int64_t>(lanes_);
  return {{component, "accumulations", sums_ * lanes, "sums"},
          {component, "saturations", saturations_, "sums"},
          {component, "bias_writes", bias_words_, "words"},
          {component, "drains", drains_, "words"},
          {component, "accumulator_toggles", acc_toggles_, "bits"},
          {component, "drain_toggles", drain_toggles_, "bits"}};
}

void AccumulationCollector::dump(std::ostream& os) const {
  os << basename() << ": d_active=" << active_ << " d_entry=" << entry_ << " d_group=" << group_
     << " drain_valid=" << valid_ << " drain_done=" << done_ << '\n';
}

}  // namespace napier::sim
