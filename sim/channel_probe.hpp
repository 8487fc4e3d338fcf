#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "models/stimulus/channels.hpp"
#include "sim/channel_words.hpp"
#include "sim/units/processing_element.hpp"

namespace napier::sim {

/// Place of each channel in the handshake log, the order of docs/microarchitecture.md.
enum ChannelNumber : unsigned {
  kJobChannel,
  kAFillChannel,
  kBFillChannel,
  kBiasChannel,
  kMaskChannel,
  kAChannel,
  kBChannel,
  kIssueChannel,
  kSumChannel,
  kDrainChannel,
  kOutChannel,
  kUpdateJobChannel,
  kUpdateInChannel,
  kUpdateOutChannel,
};

/// Looks at all channels of an element before a clock edge.
class ChannelProbe {
 public:
  ChannelProbe(const Design& design, const ElementChannels& element);

  /// Reads valid and ready of every channel; bit i belongs to channel i.
  void sample();
  std::uint64_t valid() const { return valid_; }
  std::uint64_t ready() const { return ready_; }
  std::uint64_t moved() const { return valid_ & ready_; }
  bool moved(unsigned channel) const { return (moved() >> channel & 1) != 0; }

  bool row_scale_offered() const {
    return row_scale_channel_ < 64 && (valid_ >> row_scale_channel_ & 1) != 0;
  }

  /// The packed word that a valid channel offers, good until the channel is asked again.
  const std::vector<std::uint8_t>& word(unsigned channel);

  const std::vector<napier::Channel>& channels() const { return channels_; }

 private:
  template <class T>
  void look(const Channel<T>& channel, unsigned number);
  void encode(unsigned channel, WordStream& to) const;

  const ElementChannels& element_;
  unsigned row_scale_channel_;  ///< the last, or 64 where there is none
  ChannelWords words_;
  std::vector<napier::Channel> channels_;
  std::vector<WordStream> scratch_;
  std::uint64_t valid_ = 0, ready_ = 0;
};

}  // namespace napier::sim
