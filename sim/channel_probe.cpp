#include "sim/channel_probe.hpp"

#include "models/base/error.hpp"
#include "models/design/widths.hpp"

namespace napier::sim {

ChannelProbe::ChannelProbe(const Design& design, const ElementChannels& element)
    : element_(element),
      row_scale_channel_(
          widths::has_row_scales(design) ? static_cast<unsigned>(napier::channels(design).size()) - 1 : 64),
      words_(design),
      channels_(napier::channels(design)) {
  for (const napier::Channel& c : channels_) scratch_.push_back({c.name, c.bits, {}});
}

template <class T>
void ChannelProbe::look(const Channel<T>& channel, unsigned number) {
  valid_ |= static_cast<std::uint64_t>(channel.offer.read().valid) << number;
  ready_ |= static_cast<std::uint64_t>(channel.ready.read()) << number;
}

void ChannelProbe::sample() {
  valid_ = ready_ = 0;
  look(element_.job, kJobChannel);
  look(element_.a_fill, kAFillChannel);
  look(element_.b_fill, kBFillChannel);
  look(element_.bias, kBiasChannel);
  look(element_.mask, kMaskChannel);
  look(element_.a, kAChannel);
  look(element_.b, kBChannel);
  look(element_.drain, kDrainChannel);
  look(element_.out, kOutChannel);
  constexpr std::uint64_t kAlwaysReady = 1U << kIssueChannel | 1U << kSumChannel;
  ready_ |= kAlwaysReady;
  valid_ |= static_cast<std::uint64_t>(element_.issue.read().valid) << kIssueChannel;
  valid_ |= static_cast<std::uint64_t>(element_.sum.read().valid) << kSumChannel;
  if (row_scale_channel_ < 64) look(element_.row_scale, row_scale_channel_);
  if (channels_.size() <= kUpdateOutChannel) return;
  look(element_.update_job, kUpdateJobChannel);
  look(element_.update_in, kUpdateInChannel);
  look(element_.update_out, kUpdateOutChannel);
}

const std::vector<std::uint8_t>& ChannelProbe::word(unsigned channel) {
  WordStream& to = scratch_[channel];
  to.bytes.clear();
  encode(channel, to);
  return to.bytes;
}

void ChannelProbe::encode(unsigned channel, WordStream& to) const {
  const std::size_t vector = words_.vector(), post = words_.post_lanes(), update = words_.update_lanes();
  const ElementChannels& e = element_;
  if (channel == row_scale_channel_) {
    return words_.encode_row_scales(std::span(e.row_scale.offer.read().data, post), to);
  }
  switch (channel) {
    case kJobChannel:
      return words_.encode(*e.job.offer.read().data, to);
    case kAFillChannel:
      return words_.encode(std::span(e.a_fill.offer.read().data, words_.stationary()), to);
    case kBFillChannel:
      return words_.encode(std::span(e.b_fill.offer.read().data, vector), to);
    case kBiasChannel:
      return words_.encode(std::span(e.bias.offer.read().data, post), to);
    case kMaskChannel:
      return words_.encode_mask(std::span(e.mask.offer.read().data, post), to);
    case kAChannel:
      return words_.encode(std::span(e.a.offer.read().data, words_.stationary() * words_.lanes()), to);
    case kBChannel:
      return words_.encode(std::span(e.b.offer.read().data, vector), to);
    case kIssueChannel:
      return words_.encode(e.issue.read(), to);
    case kSumChannel:
      return words_.encode(e.sum.read(), to);
    case kDrainChannel:
      return words_.encode(std::span(e.drain.offer.read().data, post), to);
    case kOutChannel:
      return words_.encode(std::span(e.out.offer.read().data, post), to);
    case kUpdateJobChannel:
      return words_.encode(*e.update_job.offer.read().data, to);
    case kUpdateInChannel:
      return words_.encode(std::span(e.update_in.offer.read().data, update), to);
    case kUpdateOutChannel:
      return words_.encode(std::span(e.update_out.offer.read().data, update), to);
    default:
      throw InternalError("no channel has number " + std::to_string(channel));
  }
}

}  // namespace napier::sim
