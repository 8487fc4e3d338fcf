#pragma once
#include <array>
#include <vector>

#include "models/design/design.hpp"
#include "sim/activity.hpp"
#include "sim/channel.hpp"
#include "sim/messages.hpp"

namespace napier::sim {

/// The partial sums, `entries` a lane, and the biases they start from; drained in groups of post-processor
/// lanes. Contract: docs/microarchitecture.md, accumulation_collector.
class AccumulationCollector : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(AccumulationCollector);
  AccumulationCollector(sc_core::sc_module_name name, const Design& design);

  sc_core::sc_in_clk clock{"clock"};
  In<Sum> sum{"sum"};
  In<Control> control{"control"};
  SourceEnd<std::int32_t> drain;
  Out<bool> drain_done{"drain_done"};
  Out<bool> draining{"draining"};  ///< the register d_active, for the cycle counts

  std::int64_t saturations() const { return saturations_; }
  std::vector<Event> events() const;
  void dump(std::ostream& os) const;

 private:
  void edge();
  void publish();
  void start_of_simulation() override { publish(); }
  void write_bias(const Control& now);
  void accumulate_sum(const Sum& sums, bool has_bias);
  void load_drain(const Control& now);

  std::size_t lanes_, post_lanes_;
  int bits_;
  Overflow overflow_;
  std::vector<std::int32_t> acc_;   ///< entries x lanes
  std::vector<std::int32_t> bias_;  ///< lanes
  std::array<std::vector<std::int32_t>, 2> drain_data_;
  int shown_ = 0;
  bool active_ = false, valid_ = false, done_ = false;
  int entry_ = 0, group_ = 0;
  std::int64_t sums_ = 0, bias_words_ = 0, drains_ = 0, saturations_ = 0;
  std::int64_t acc_toggles_ = 0, drain_toggles_ = 0;
};

}  // namespace napier::sim
