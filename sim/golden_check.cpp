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
  LogDifference difference;
  difference.kind = LogDifference::Kind::kExtra;
  difference.cycle = cycle;
  difference.channel = e.stream->name;
  difference.word = e.next;
  difference.expected = "no word";
  difference.actual = hex_word(actual);
  if (e.next >= e.stream->words()) throw MismatchError(explain(trace_, difference));
  const auto size = static_cast<std::size_t>(e.stream->word_bytes());
  const auto expected = std::span(e.stream->bytes).subspan(static_cast<std::size_t>(e.next) * size, size);
  const auto [at, golden] = std::ranges::mismatch(actual, expected);
  if (at == actual.end()) return;
  difference.kind = LogDifference::Kind::kData;
  difference.expected = hex_word(expected);
  difference.bit =
      static_cast<int>(8 * (at - actual.begin())) + std::countr_zero(static_cast<unsigned>(*at ^ *golden));
  throw MismatchError(explain(trace_, difference));
}

}  // namespace napier::sim
