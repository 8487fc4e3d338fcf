#pragma once
#include <array>
#include <functional>
#include <vector>

#include "models/stimulus/host.hpp"
#include "models/stimulus/stimulus.hpp"
#include "sim/channel.hpp"
#include "sim/channel_words.hpp"
#include "sim/messages.hpp"

namespace napier::sim {

/// When the host holds back: percent of cycles, chosen by the seed. models/stimulus/host.hpp.
struct HostStalls {
  unsigned percent = 0;
  std::uint64_t seed = 0;
  bool in(unsigned channel, std::uint64_t cycle) const { return host_stalls(seed, percent, channel, cycle); }
};

/// Offers a stream's words one after another on a channel.
template <class T>
class HostSource {
 public:
  using Decode = std::function<void(std::span<const std::uint8_t>, std::span<T>)>;
  HostSource(const WordStream& stream, unsigned number, std::size_t fields, Decode decode)
      : stream_(stream), number_(number), decode_(std::move(decode)) {
    words_.fill(std::vector<T>(fields));
  }

  SourceEnd<T> channel;

  /// The edge that ends a cycle; `next` is the number of the cycle that begins.
  void edge(std::uint64_t next, const HostStalls& stalls) {
    if (channel.fires()) {
      offered_ = false;
      ++index_;
    }
    show(next, stalls);
  }
  void show(std::uint64_t cycle, const HostStalls& stalls) {
    if (!offered_ && index_ < stream_.words() && !stalls.in(number_, cycle)) {
      offered_ = true;
      shown_ ^= 1;
      const auto size = static_cast<std::size_t>(stream_.word_bytes());
      decode_(std::span(stream_.bytes).subspan(static_cast<std::size_t>(index_) * size, size),
              words_[static_cast<std::size_t>(shown_)]);
    }
    channel.offer->write({offered_, words_[static_cast<std::size_t>(shown_)].data()});
  }

 private:
  const WordStream& stream_;
  unsigned number_;
  Decode decode_;
  std::array<std::vector<T>, 2> words_;
  int shown_ = 0;
  bool offered_ = false;
  std::int64_t index_ = 0;
};

/// The test bench around a processing element: sources that offer the stimulus and sinks that take results,
/// both as models/stimulus/host.hpp and docs/microarchitecture.md say.
class Host : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(Host);
  /// The stimulus must outlive the host. Channels that the design does not have stay silent.
  Host(sc_core::sc_module_name name, const Design& design, const Stimulus& stimulus,
       const HostStalls& stalls);

  sc_core::sc_in_clk clock{"clock"};
  HostSource<Job> job;
  HostSource<Word> a_fill, b_fill;
  HostSource<std::int32_t> bias;
  HostSource<std::uint8_t> mask;
  HostSource<std::int32_t> row_scale;
  HostSource<UpdateJob> update_job;
  HostSource<UpdateItem> update_in;
  Out<bool> out_ready{"out_ready"}, update_out_ready{"update_out_ready"};

 private:
  void edge();
  void show_sinks();
  void start_of_simulation() override;

  HostStalls stalls_;
  unsigned out_number_, update_out_number_;
  std::uint64_t cycle_ = 0;
};

}  // namespace napier::sim
