#include "sim/golden_check.hpp"

#include <algorithm>
#include <bit>

#include "models/base/error.hpp"
#include "models/stimulus/explain.hpp"

namespace napier::sim {

GoldenCheck::GoldenCheck(const Trace& trace, const Stimulus& s) : trace_(trace) {
  channels_ = {{kJobChannel, &s.job, false},
               {kAFillChannel, &s.a_fill, false},
               {kBFillChannel, &s.b_fill, false},
               {kBiasChannel, &s.bias, false},
               {kMaskChannel, &s.mask, false},
               {kDrainChannel, &s.drain, true},
               {kOutChannel, &s.out, true},
               {kUpdateJobChannel, &s.update_job, false},
               {kUpdateInChannel, &s.update_in, false},
               {kUpdateOutChannel, &s.update_out, true}};
  // Without a Madam unit the numbers of its channels belong to others.
  std::erase_if(channels_, [](const Expected& e) { return e.stream->bits == 0; });
  for (const Expected& e : channels_) words_left_ += e.stream->words();
}

void GoldenCheck::check(ChannelProbe& probe, std::int64_t cycle) {
  for (Expected& e : channels_) {
    if (!probe.moved(e.channel)) continue;
    if (e.compared) compare(probe, cycle, e);
    ++e.next;
    --words_left_;
  }
}

void GoldenCheck::compare(ChannelProbe& probe, std::int64_t cycle, const Expected& e) const {
  const std::vector<std::uint8_t>& actual = probe.word(e.channel);
  const bool extra = e.next >= e.stream->words();
  const auto size = static_cast<std::size_t>(e.stream->word_bytes());
  const auto expected =
      extra ? std::span<const std::uint8_t>{}
            : std::span(e.stream->bytes).subspan(static_cast<std::size_t>(e.next) * size, size);
  const auto [at, golden] = std::ranges::mismatch(actual, expected);
  if (at == actual.end()) return;
  using Kind = LogDifference::Kind;
  LogDifference difference{
      extra ? Kind::kExtra : Kind::kData, cycle, e.stream->name, e.next, "no word", hex_word(actual), 0};
  if (!extra) {
    difference.expected = hex_word(expected);
    difference.bit =
        static_cast<int>(8 * (at - actual.begin())) + std::countr_zero(static_cast<unsigned>(*at ^ *golden));
  }
  throw MismatchError(explain(trace_, difference));
}

}  // namespace napier::sim
