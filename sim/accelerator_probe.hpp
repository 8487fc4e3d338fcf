#pragma once
#include <vector>

#include "models/stimulus/channels.hpp"
#include "models/stimulus/stimulus.hpp"
#include "sim/units/accelerator.hpp"

namespace napier::sim {

/// Place of each of the accelerator's own channels in its handshake log.
enum AcceleratorChannel : unsigned {
  kDmaJobChannel,
  kAJobChannel,
  kBJobChannel,
  kSideJobChannel,
  kOutJobChannel,
  kMemReqChannel,
  kMemRspChannel,
  kFillChannel,
  kAWordChannel,
  kBWordChannel,
  kSideWordChannel,
  kCollectChannel,
  kStoreJobChannel,
  kStoreChannel,
};

/// Looks at the accelerator's own channels before a clock edge.
class AcceleratorProbe {
 public:
  AcceleratorProbe(const Design& design, const AcceleratorChannels& channels);

  /// Reads valid and ready of every channel; bit i belongs to channel i.
  void sample();
  std::uint64_t valid() const { return valid_; }
  std::uint64_t ready() const { return ready_; }
  bool offered(unsigned channel) const { return (valid_ >> channel & 1) != 0; }
  bool moved(unsigned channel) const { return ((valid_ & ready_) >> channel & 1) != 0; }
  /// The packed word that a valid channel offers, good until the channel is asked again.
  const std::vector<std::uint8_t>& word(unsigned channel);
  const std::vector<napier::Channel>& channels() const { return channels_; }

 private:
  template <class T>
  void look(const Channel<T>& channel, unsigned number);
  void encode(unsigned channel, WordStream& to) const;
  void encode(const BankWord& word, Bank bank, WordStream& to) const;

  const AcceleratorChannels& wires_;
  std::vector<napier::Channel> channels_;
  std::array<int, kBanks> bits_{};
  int elements_, beat_bits_, out_row_bits_;
  std::vector<WordStream> scratch_;
  std::uint64_t valid_ = 0, ready_ = 0;
};

}  // namespace napier::sim
