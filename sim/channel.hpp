#pragma once
#include <ostream>
#include <string>
#include <systemc>

/// Valid-ready channels between the blocks. A word moves in a cycle in which valid and ready are both 1
/// before the clock edge. Data is passed by pointer: the producer keeps two copies, so that what a consumer
/// reads at an edge is not what the producer writes at that edge.
namespace napier::sim {

/// What a producer offers: `data` points to the word's fields and is meaningful while `valid`.
template <class T>
struct Offer {
  bool valid = false;
  const T* data = nullptr;
  friend bool operator==(const Offer&, const Offer&) = default;
};
template <class T>
std::ostream& operator<<(std::ostream& os, const Offer<T>& offer) {
  return os << (offer.valid ? "valid" : "-");
}

template <class T>
using In = sc_core::sc_port<sc_core::sc_signal_in_if<T>>;
template <class T>
using Out = sc_core::sc_port<sc_core::sc_signal_inout_if<T>>;

template <class T>
struct Channel {
  explicit Channel(const std::string& name)
      : offer((name + "_offer").c_str()), ready((name + "_ready").c_str()) {}
  sc_core::sc_signal<Offer<T>> offer;
  sc_core::sc_signal<bool> ready;
  bool fires() const { return offer.read().valid && ready.read(); }
};

/// The producer's end of a channel.
template <class T>
struct SourceEnd {
  Out<Offer<T>> offer;
  In<bool> ready;
  void bind(Channel<T>& channel) {
    offer.bind(channel.offer);
    ready.bind(channel.ready);
  }
  bool fires() const { return offer->read().valid && ready->read(); }
};

/// The consumer's end of a channel.
template <class T>
struct SinkEnd {
  In<Offer<T>> offer;
  Out<bool> ready;
  void bind(Channel<T>& channel) {
    offer.bind(channel.offer);
    ready.bind(channel.ready);
  }
  bool fires() const { return offer->read().valid && ready->read(); }
  const T* data() const { return offer->read().data; }
};

}  // namespace napier::sim
