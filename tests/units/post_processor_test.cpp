#include "models/units/post_processor.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "tests/units/lns_specification.hpp"

namespace napier {
namespace {

using Thresholds = std::vector<exact::Integer>;

/// Mantissas 1.f as integers of compare_bits fraction bits at which a code gives way to the next.
Thresholds specified_thresholds(const Design& d) {
  Thresholds result;
  const unsigned long gamma = 1UL << d.format.gamma_log2;
  for (unsigned long r = 0; r < gamma; ++r) {
    result.push_back(exact::nearest(exact::code_threshold(d.format.rounding, static_cast<long>(r), gamma),
                                    d.post_processor.compare_bits));
  }
  return result;
}

/// The rule of docs/numerics: the code is found by doubling and comparing, one step at a time.
class Specification {
 public:
  Specification(const Design& d, const Thresholds& thresholds) : d_(d) {
    for (const exact::Integer& t : thresholds) thresholds_.push_back(t.get_ui());
  }

  PostResult operator()(std::int64_t accumulator, const PostSettings& settings) const {
    const bool zero_code = d_.format.zero == ZeroCode::kReserved;
    if (settings.relu && accumulator < 0) accumulator = 0;
    if (accumulator == 0) return {0, PostEvent::kNone};
    const bool negative = accumulator < 0;
    const auto magnitude = static_cast<std::uint64_t>(negative ? -accumulator : accumulator);
    std::uint64_t mantissa = magnitude << d_.post_processor.compare_bits;
    int octave = 0;
    while (mantissa >> (d_.post_processor.compare_bits + 1) != 0) {
      mantissa >>= 1;
      ++octave;
    }
    long code = octave * (1L << d_.format.gamma_log2) + settings.bias_k;
    for (const std::uint64_t t : thresholds_) code += mantissa >= t ? 1 : 0;
    const int highest = (1 << (d_.format.bits - 1)) - 1;
    const int lowest = zero_code ? 1 : 0;
    const int sign = negative ? highest + 1 : 0;
    if (code > highest) return {static_cast<Word>(sign + highest), PostEvent::kClamped};
    if (code < lowest) return {static_cast<Word>(zero_code ? 0 : sign), PostEvent::kUnderflow};
    return {static_cast<Word>(sign + code), PostEvent::kNone};
  }

 private:
  Design d_;
  std::vector<std::uint64_t> thresholds_;
};

using Accumulators = std::function<void(const std::function<void(std::int32_t)>&)>;

int differences(const Design& d, const Thresholds& thresholds, const PostSettings& settings,
                const Accumulators& accumulators) {
  const PostProcessor unit(d);
  const Specification specified(d, thresholds);
  int count = 0;
  accumulators([&](std::int32_t accumulator) {
    const PostResult have = unit(accumulator, settings);
    const PostResult want = specified(accumulator, settings);
    count += have.word == want.word && have.event == want.event ? 0 : 1;
  });
  return count;
}

int differences(const Design& d, const PostSettings& settings, const Accumulators& accumulators) {
  return differences(d, specified_thresholds(d), settings, accumulators);
}

Accumulators all_of(int bits) {
  return [bits](const std::function<void(std::int32_t)>& body) {
    for (std::int64_t acc = -(std::int64_t{1} << (bits - 1)); acc < std::int64_t{1} << (bits - 1); ++acc) {
      body(static_cast<std::int32_t>(acc));
    }
  };
}

/// Both neighbours of each threshold in each octave, both signs, the extremes, and a stride through the rest.
Accumulators edges_of(const Design& d, int bits) {
  std::set<std::int64_t> values = {0, -(std::int64_t{1} << (bits - 1)), (std::int64_t{1} << (bits - 1)) - 1};
  const int compare = d.post_processor.compare_bits;
  for (const exact::Integer& threshold : specified_thresholds(d)) {
    for (int octave = 0; octave < bits - 1; ++octave) {
      const exact::Integer at = exact::shift_right(exact::shift_left(threshold, octave), compare);
      for (long delta = -2; delta <= 2; ++delta) values.insert(at.get_si() + delta);
    }
  }
  for (std::int64_t acc = 1; acc < std::int64_t{1} << (bits - 1);
       acc += (std::int64_t{1} << (bits - 1)) / 4999 + 1) {
    values.insert(acc);
  }
  return [values, bits](const std::function<void(std::int32_t)>& body) {
    const std::int64_t high = (std::int64_t{1} << (bits - 1)) - 1;
    for (const std::int64_t v : values) {
      if (v > high) continue;
      body(static_cast<std::int32_t>(v));
      if (-v >= -high - 1) body(static_cast<std::int32_t>(-v));
    }
  };
}

TEST(PostProcessor, EveryAccumulatorOf20Bits) {
  const Design d;
  EXPECT_EQ(differences(d, {.bias_k = 0, .relu = false}, all_of(20)), 0);
  EXPECT_EQ(differences(d, {.bias_k = -21, .relu = true}, all_of(20)), 0);
}

TEST(PostProcessor, EveryAccumulatorOf24Bits) {
  EXPECT_EQ(differences(Design{}, {.bias_k = -57, .relu = false}, all_of(24)), 0);
}

TEST(PostProcessor, EveryAccumulatorOf14BitsOfEveryFormat) {
  Design d;
  for (d.format.bits = 4; d.format.bits <= 8; ++d.format.bits) {
    for (d.format.gamma_log2 = 0; d.format.gamma_log2 <= 5 && d.format.gamma_log2 < d.format.bits - 1;
         ++d.format.gamma_log2) {
      for (const auto rounding : {Rounding::kLogNearest, Rounding::kLinearNearest}) {
        for (const auto zero : {ZeroCode::kReserved, ZeroCode::kNone}) {
          for (const int compare_bits : {d.format.gamma_log2 + 2, 10, 23}) {
            d.format.rounding = rounding;
            d.format.zero = zero;
            d.post_processor.compare_bits = compare_bits;
            const int middle = -6 << d.format.gamma_log2;
            EXPECT_EQ(differences(d, {.bias_k = middle, .relu = false}, all_of(14)), 0);
            EXPECT_EQ(differences(d, {.bias_k = 0, .relu = true}, all_of(10)), 0);
          }
        }
      }
    }
  }
}

TEST(PostProcessor, EdgesOfWideAccumulators) {
  Design d;
  for (const int gamma_log2 : {0, 3, 5}) {
    for (const int compare_bits : {7, 10, 16, 23}) {
      for (const int bits : {24, 28, 32}) {
        d.format.gamma_log2 = gamma_log2;
        d.post_processor.compare_bits = compare_bits;
        const int octave = 1 << gamma_log2;
        for (const int bias_k : {-bits * octave, -bits * octave / 2, 0, 20 * octave, 32767, -32768}) {
          EXPECT_EQ(differences(d, {.bias_k = bias_k, .relu = false}, edges_of(d, bits)), 0) << bits;
        }
      }
    }
  }
}

TEST(PostProcessor, CheckSeesAnyChangedThreshold) {
  const Design d;
  const Thresholds thresholds = specified_thresholds(d);
  for (std::size_t i = 0; i < thresholds.size(); ++i) {
    for (const int change : {-1, 1}) {
      Thresholds changed = thresholds;
      changed[i] += change;
      EXPECT_GT(differences(d, changed, {.bias_k = -57, .relu = false}, all_of(16)), 0) << i;
    }
  }
  Design linear = d;
  linear.format.rounding = Rounding::kLinearNearest;
  EXPECT_GT(differences(d, specified_thresholds(linear), {.bias_k = -57, .relu = false}, all_of(16)), 0);
}

/// INT8: acc / 2^shift to the nearest integer, a tie upwards, clamped to +-127.
int int8_differences(int shift_seen_by_check) {
  Design d;
  d.format.kind = FormatKind::kInt8;
  const PostProcessor unit(d);
  int count = 0;
  for (int shift = -3; shift <= 18; ++shift) {
    const int seen = shift + shift_seen_by_check;
    for (std::int32_t acc = -(1 << 15); acc < 1 << 15; ++acc) {
      const exact::Integer doubled = 2 * exact::Integer(acc);
      exact::Integer want = seen >= 0 ? exact::shift_right(doubled + exact::shift_left(1, seen), seen + 1)
                                      : exact::shift_left(acc, -seen);
      const bool clamped = want > 127 || want < -127;
      if (clamped) want = want > 0 ? 127 : -127;
      const PostResult have = unit(acc, {.bias_k = shift, .relu = false});
      const PostEvent event = clamped                 ? PostEvent::kClamped
                              : want == 0 && acc != 0 ? PostEvent::kUnderflow
                                                      : PostEvent::kNone;
      count += want == static_cast<std::int8_t>(have.word) && have.event == event ? 0 : 1;
    }
  }
  return count;
}

TEST(PostProcessor, Int8RoundsAndClamps) {
  EXPECT_EQ(int8_differences(0), 0);
  EXPECT_GT(int8_differences(1), 0);
}

TEST(PostProcessor, Int8OfExtremeShiftsIsDefined) {
  Design d;
  d.format.kind = FormatKind::kInt8;
  const PostProcessor unit(d);
  EXPECT_EQ(unit(INT32_MIN, {.bias_k = -32768, .relu = false}).word, 0x81);
  EXPECT_EQ(unit(INT32_MAX, {.bias_k = 32767, .relu = false}).word, 0);
  EXPECT_EQ(unit(INT32_MIN, {.bias_k = 32767, .relu = false}).event, PostEvent::kUnderflow);
  EXPECT_EQ(unit(-5, {.bias_k = 0, .relu = true}).word, 0);
}

}  // namespace
}  // namespace napier
