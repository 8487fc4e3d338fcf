#pragma once
#include <vector>

#include "models/design/design.hpp"
#include "sim/activity.hpp"
#include "sim/channel.hpp"
#include "sim/lane_kernel.hpp"
#include "sim/messages.hpp"

namespace napier::sim {

/// The lanes: lns_multiplier, lns_to_int, bin_adder_tree and constant_scaler (INT8: products and a sum) with
/// their pipeline registers, and the stationary registers. The sums are worked out when the vector is issued
/// and shown lane_latency cycles later. Contract: docs/microarchitecture.md, vector lanes.
class VectorLanes : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(VectorLanes);
  VectorLanes(sc_core::sc_module_name name, const Design& design);

  sc_core::sc_in_clk clock{"clock"};
  In<Offer<Word>> a{"a"};
  In<bool> a_ready{"a_ready"};
  In<Issue> issue{"issue"};
  Out<Sum> sum{"sum"};

  std::vector<Event> events() const;
  void dump(std::ostream& os) const;

 private:
  struct Slot {
    Sum sum;
    std::vector<std::int64_t> values;
  };
  void edge();
  void publish();
  void start_of_simulation() override { publish(); }
  void compute(Slot& slot, const Issue& issue);
  void load(const Word* row);

  std::size_t lanes_, vector_;
  int sum_bits_;
  LaneKernel kernel_;
  std::vector<Slot> slots_;  ///< ring of lane_latency + 1 issues
  std::size_t position_ = 0;
  std::vector<Word> stationary_, last_issue_;
  std::vector<std::int64_t> last_sums_;
  std::int64_t issues_ = 0, loads_ = 0, zero_products_ = 0;
  std::int64_t stationary_toggles_ = 0, issue_toggles_ = 0, sum_toggles_ = 0;
};

}  // namespace napier::sim
