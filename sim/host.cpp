#include "sim/host.hpp"

#include "models/stimulus/channels.hpp"

namespace napier::sim {
namespace {

/// Place of a channel in the handshake log; 63, which no channel has, where the design has no such channel.
unsigned channel_number(const Design& design, const std::string& name) {
  unsigned number = 0;
  for (const napier::Channel& c : channels(design)) {
    if (c.name == name) return number;
    ++number;
  }
  return 63;
}

template <class T>
typename HostSource<T>::Decode decoder(const ChannelWords& words) {
  return [words](std::span<const std::uint8_t> word, std::span<T> fields) { words.decode(word, fields); };
}

}  // namespace

Host::Host(sc_core::sc_module_name name, const Design& design, const Stimulus& s, const HostStalls& stalls)
    : sc_module(name),
      job(s.job, channel_number(design, "job"), 1, decoder<Job>(ChannelWords(design))),
      a_fill(s.a_fill, channel_number(design, "a_fill"), ChannelWords(design).stationary(),
             decoder<Word>(ChannelWords(design))),
      b_fill(s.b_fill, channel_number(design, "b_fill"), ChannelWords(design).vector(),
             decoder<Word>(ChannelWords(design))),
      bias(s.bias, channel_number(design, "bias"), ChannelWords(design).post_lanes(),
           decoder<std::int32_t>(ChannelWords(design))),
      mask(s.mask, channel_number(design, "mask"), ChannelWords(design).post_lanes(),
           [words = ChannelWords(design)](std::span<const std::uint8_t> word, std::span<std::uint8_t> bits) {
             words.decode_mask(word, bits);
           }),
      row_scale(
          s.row_scale, channel_number(design, "row_scale"), ChannelWords(design).post_lanes(),
          [words = ChannelWords(design)](std::span<const std::uint8_t> word, std::span<std::int32_t> scales) {
            words.decode_row_scales(word, scales);
          }),
      update_job(s.update_job, channel_number(design, "update_job"), 1,
                 decoder<UpdateJob>(ChannelWords(design))),
      update_in(s.update_in, channel_number(design, "update_in"), ChannelWords(design).update_lanes(),
                decoder<UpdateItem>(ChannelWords(design))),
      stalls_(stalls),
      out_number_(channel_number(design, "out")),
      update_out_number_(channel_number(design, "update_out")) {
  SC_METHOD(edge);
  sensitive << clock.pos();
  dont_initialize();
}

void Host::start_of_simulation() {
  job.show(0, stalls_);
  a_fill.show(0, stalls_);
  b_fill.show(0, stalls_);
  bias.show(0, stalls_);
  mask.show(0, stalls_);
  row_scale.show(0, stalls_);
  update_job.show(0, stalls_);
  update_in.show(0, stalls_);
  show_sinks();
}

void Host::edge() {
  ++cycle_;
  job.edge(cycle_, stalls_);
  a_fill.edge(cycle_, stalls_);
  b_fill.edge(cycle_, stalls_);
  bias.edge(cycle_, stalls_);
  mask.edge(cycle_, stalls_);
  row_scale.edge(cycle_, stalls_);
  update_job.edge(cycle_, stalls_);
  update_in.edge(cycle_, stalls_);
  show_sinks();
}

void Host::show_sinks() {
  out_ready->write(!stalls_.in(out_number_, cycle_));
  update_out_ready->write(!stalls_.in(update_out_number_, cycle_));
}

}  // namespace napier::sim
