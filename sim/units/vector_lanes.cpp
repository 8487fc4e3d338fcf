#include "sim/units/vector_lanes.hpp"

#include <algorithm>

#include "models/design/widths.hpp"

namespace napier::sim {

VectorLanes::VectorLanes(sc_core::sc_module_name name, const Design& design)
    : sc_module(name),
      lanes_(static_cast<std::size_t>(design.datapath.lanes)),
      vector_(static_cast<std::size_t>(design.datapath.vector)),
      sum_bits_(widths::sum_bits(design)),
      kernel_(design),
      slots_(static_cast<std::size_t>(widths::lane_latency(design)) + 1,
             Slot{{}, std::vector<std::int64_t>(lanes_)}),
      stationary_(lanes_ * static_cast<std::size_t>(widths::stationary_words(design))),
      last_issue_(vector_),
      last_sums_(lanes_) {
  SC_METHOD(edge);
  sensitive << clock.pos();
  dont_initialize();
}

void VectorLanes::edge() {
  Slot& slot = slots_[position_];
  const Issue& issued = issue->read();
  slot.sum.valid = issued.valid;
  if (issued.valid) compute(slot, issued);
  if (a->read().valid && a_ready->read()) load(a->read().data);
  position_ = position_ + 1 == slots_.size() ? 0 : position_ + 1;
  publish();
}

void VectorLanes::publish() { sum->write(slots_[(position_ + 1) % slots_.size()].sum); }

void VectorLanes::compute(Slot& slot, const Issue& issued) {
  kernel_.multiply({issued.data, vector_}, slot.values);
  slot.sum = {true, slot.values.data(), issued.entry, issued.first, issued.last};
  ++issues_;
  zero_products_ += kernel_.zero_products();
  issue_toggles_ += hamming({issued.data, vector_}, last_issue_);
  std::copy_n(issued.data, vector_, last_issue_.data());
  for (std::size_t lane = 0; lane < lanes_; ++lane) {
    sum_toggles_ += hamming(slot.values[lane], last_sums_[lane], sum_bits_);
    last_sums_[lane] = slot.values[lane];
  }
}

void VectorLanes::load(const Word* row) {
  kernel_.load_stationary({row, stationary_.size()});
  stationary_toggles_ += hamming({row, stationary_.size()}, stationary_);
  std::copy_n(row, stationary_.size(), stationary_.data());
  ++loads_;
}

std::vector<Event> VectorLanes::events() const {
  const std::string component = basename();
  return {{component, "macs", issues_ * static_cast<std::int64_t>(lanes_ * vector_), "products"},
          {component, "zero_gated", zero_products_, "products"},
          {component, "stationary_loads", loads_, "rows"},
          {component, "stationary_toggles", stationary_toggles_, "bits"},
          {component, "issue_toggles", issue_toggles_, "bits"},
          {component, "sum_toggles", sum_toggles_, "bits"}};
}

void VectorLanes::dump(std::ostream& os) const {
  os << basename() << ": issue " << issue->read() << ", sum " << sum->read() << ", in the pipeline";
  for (const Slot& slot : slots_) os << ' ' << slot.sum.valid;
  os << '\n';
}

}  // namespace napier::sim
