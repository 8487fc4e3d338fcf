#pragma once
#include <vector>

#include "models/units/madam_update.hpp"
#include "sim/activity.hpp"
#include "sim/channel.hpp"
#include "sim/messages.hpp"
#include "sim/output_queue.hpp"

namespace napier::sim {

/// Walks the weights of a tensor, update.lanes a cycle. Contract: docs/microarchitecture.md, madam_update.
class MadamUpdateBlock : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(MadamUpdateBlock);
  MadamUpdateBlock(sc_core::sc_module_name name, const Design& design);

  /// The registers that the cycle counts look at.
  struct Status {
    bool run = false, full = false, words_left = false;
    friend bool operator==(const Status&, const Status&) = default;
  };

  sc_core::sc_in_clk clock{"clock"};
  SinkEnd<UpdateJob> job;
  SinkEnd<UpdateItem> in;
  SourceEnd<MadamState> out;
  Out<Status> status{"status"};

  std::vector<Event> events() const;
  void dump(std::ostream& os) const;

 private:
  void edge();
  void publish();
  void start_of_simulation() override { publish(); }
  void update(const UpdateItem* items);

  MadamUpdate function_;
  std::size_t lanes_;
  int weight_bits_, v_bits_;
  OutputQueue<MadamState> queue_;
  bool run_ = false;
  std::int64_t left_ = 0;
  std::uint32_t index_ = 0;  ///< of the next weight of the job
  MadamSettings settings_;
  std::vector<MadamState> last_out_;
  std::int64_t jobs_ = 0, words_ = 0, zero_gradients_ = 0, out_toggles_ = 0;
};

std::ostream& operator<<(std::ostream& os, const MadamUpdateBlock::Status& status);

}  // namespace napier::sim
