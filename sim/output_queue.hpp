#pragma once
#include <cstdint>
#include <vector>

#include "sim/channel.hpp"

namespace napier::sim {

/// The end of the post-processor and of the update unit: a pipeline of `latency` cycles behind which a queue
/// of latency + 2 words stands, so that `occupancy` (accepted and not yet taken) never overflows it. Words
/// are worked out when accepted and shown when their time has come.
template <class T>
class OutputQueue {
 public:
  OutputQueue(int latency, std::size_t fields)
      : depth_(latency + 2),
        words_(static_cast<std::size_t>(depth_), std::vector<T>(fields)),
        pipeline_(static_cast<std::size_t>(latency - 1)) {}

  bool full() const { return occupancy_ == depth_; }
  bool empty() const { return occupancy_ == 0; }
  int occupancy() const { return occupancy_; }
  int queued() const { return queued_; }

  /// Fields of the word that is accepted at this edge, to be filled in before advance().
  std::vector<T>& accept() {
    accepted_ = true;
    return words_[static_cast<std::size_t>((head_ + occupancy_) % depth_)];
  }
  /// The clock edge; `fires`: the shown word moves at it.
  void advance(bool fires) {
    occupancy_ += accepted_ ? 1 : 0;
    bool arrives = accepted_;
    for (auto& stage : pipeline_) {
      const bool leaves = stage != 0;
      stage = arrives ? 1 : 0;
      arrives = leaves;
    }
    queued_ += arrives ? 1 : 0;
    if (fires) {
      head_ = (head_ + 1) % depth_;
      --occupancy_;
      --queued_;
    }
    accepted_ = false;
  }
  Offer<T> offer() const { return {queued_ > 0, words_[static_cast<std::size_t>(head_)].data()}; }

 private:
  int depth_;
  std::vector<std::vector<T>> words_;
  std::vector<std::uint8_t> pipeline_;
  int head_ = 0, occupancy_ = 0, queued_ = 0;
  bool accepted_ = false;
};

}  // namespace napier::sim
