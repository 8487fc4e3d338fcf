#pragma once
#include <bit>
#include <cstdint>

namespace napier {

/// Whose turn it is when words are dealt to, or taken from, a set of elements: `chunk` words of each, of the
/// highest one `chunk_last`, beginning with the lowest and going round.
class Turns {
 public:
  Turns() = default;
  Turns(std::uint64_t elements, int chunk, int chunk_last)
      : elements_(elements), chunk_(chunk), chunk_last_(chunk_last) {
    give(std::countr_zero(elements));
  }

  unsigned element() const { return static_cast<unsigned>(element_); }

  /// One word has been dealt.
  void step() {
    if (--left_ > 0) return;
    const std::uint64_t higher = is_highest() ? 0 : elements_ >> (element_ + 1) << (element_ + 1);
    give(std::countr_zero(higher != 0 ? higher : elements_));
  }

 private:
  bool is_highest() const { return element_ == 63 - std::countl_zero(elements_); }
  void give(int element) {
    element_ = element;
    left_ = is_highest() ? chunk_last_ : chunk_;
  }

  std::uint64_t elements_ = 1;
  int chunk_ = 1, chunk_last_ = 1;
  int element_ = 0, left_ = 1;
};

}  // namespace napier
