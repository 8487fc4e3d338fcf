#pragma once
#include <array>
#include <functional>
#include <memory>
#include <vector>

#include "sim/activity.hpp"
#include "sim/bank_messages.hpp"
#include "sim/channel.hpp"
#include "sim/channel_words.hpp"

namespace napier::sim {

/// The elements' channels of one kind, all fed by one link: every word is unpacked once, and offered to those
/// elements that it is for.
class LinkOutput {
 public:
  virtual ~LinkOutput() = default;
  virtual void unpack(const PackedWord& word) = 0;
  virtual void show(std::uint64_t elements) = 0;  ///< offers the word last unpacked to these
  virtual std::uint64_t fires() const = 0;
};

template <class T>
class TypedLinkOutput : public LinkOutput {
 public:
  using Decode = std::function<void(std::span<const std::uint8_t>, std::span<T>)>;
  TypedLinkOutput(int elements, std::size_t fields, Decode decode) : decode_(std::move(decode)) {
    for (int e = 0; e < elements; ++e) ends_.push_back(std::make_unique<SourceEnd<T>>());
    words_.fill(std::vector<T>(fields));
  }
  void bind(int element, Channel<T>& channel) { ends_[static_cast<std::size_t>(element)]->bind(channel); }
  void unpack(const PackedWord& word) override {
    shown_ ^= 1;
    decode_(word, words_[static_cast<std::size_t>(shown_)]);
  }
  void show(std::uint64_t elements) override {
    const T* data = words_[static_cast<std::size_t>(shown_)].data();
    for (std::size_t e = 0; e < ends_.size(); ++e) ends_[e]->offer->write({(elements >> e & 1) != 0, data});
  }
  std::uint64_t fires() const override {
    std::uint64_t result = 0;
    for (std::size_t e = 0; e < ends_.size(); ++e) result |= std::uint64_t{ends_[e]->fires()} << e;
    return result;
  }

 private:
  Decode decode_;
  std::vector<std::unique_ptr<SourceEnd<T>>> ends_;
  std::array<std::vector<T>, 2> words_;
  int shown_ = 0;
};

/// Carries the words of a bank to the elements, each to one of them or to several at once. Contract:
/// docs/accelerator.md, operand_link.
class OperandLink : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(OperandLink);
  OperandLink(sc_core::sc_module_name name, const Design& design);

  sc_core::sc_in_clk clock{"clock"};
  SinkEnd<BankWord> in;

  /// Words of `kind` go to this channel of the element; elements in order from 0.
  template <class T>
  void bind(WordKind kind, int element, Channel<T>& channel) {
    std::unique_ptr<LinkOutput>& output = outputs_[static_cast<std::size_t>(kind)];
    if (!output) output = make_output<T>(kind);
    static_cast<TypedLinkOutput<T>&>(*output).bind(element, channel);
  }

  std::vector<Event> events() const;
  void dump(std::ostream& os) const;

 private:
  void edge();
  void publish();
  void start_of_simulation() override { publish(); }
  template <class T>
  std::unique_ptr<LinkOutput> make_output(WordKind kind);
  std::size_t fields_of(WordKind kind) const;

  int elements_;
  ChannelWords words_;
  std::array<int, kWordKinds> cycles_{};
  std::array<std::unique_ptr<LinkOutput>, kWordKinds> outputs_;
  std::array<BankWord, 2> queue_;
  int head_ = 0, queued_ = 0;
  WordKind kind_ = WordKind::kA;
  std::uint64_t pending_ = 0;
  int wait_ = 0;
  std::int64_t carried_ = 0, delivered_ = 0, busy_cycles_ = 0;
};

template <class T>
std::unique_ptr<LinkOutput> OperandLink::make_output(WordKind kind) {
  const std::size_t fields = fields_of(kind);
  return std::make_unique<TypedLinkOutput<T>>(
      elements_, fields, [words = words_, kind](std::span<const std::uint8_t> packed, std::span<T> to) {
        if constexpr (std::is_same_v<T, std::int32_t>) {
          if (kind == WordKind::kRowScale) return words.decode_row_scales(packed, to);
        }
        if constexpr (std::is_same_v<T, std::uint8_t>) {
          if (kind == WordKind::kMask) return words.decode_mask(packed, to);
        }
        words.decode(packed, to);
      });
}

}  // namespace napier::sim
