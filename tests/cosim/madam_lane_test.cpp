// The update lane of the generated Verilog against its exact function: every gradient code, states and
// settings at the ends of their ranges and at random between.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>

#include "models/units/madam_update.hpp"
#include "rtl-gen/text/template.hpp"
#include "tests/cosim/bench.hpp"
#include "tests/cosim/cosim.hpp"

namespace napier::rtl {
namespace {

/// Each input in a field of 32 bits, the first the most significant.
constexpr std::string_view kBench = R"(
module bench;
  localparam int Count = ${count};
  logic [415:0] vectors [0:Count-1];
  logic [415:0] vector;
  logic [${update_bits}-1:0] weight;
  logic [${v_bits}-1:0] v;
  napier_madam_update_lane u_lane (
%if stochastic
    .round_keys_i (vector[256 +: 160]), .index_i (vector[224 +: 32]),
%end
    .gradient_exponent_i (vector[192 +: 16]), .correction_i (vector[160 +: 32]), .step_log2_i (vector[128 +: 32]),
    .cap_i (vector[96 +: ${update_bits} - 1]), .weight_i (vector[64 +: ${update_bits}]),
    .gradient_i (vector[32 +: ${bits}]), .v_i (vector[0 +: ${v_bits}]), .weight_o (weight), .v_o (v)
  );
  initial begin
    $readmemh("vectors.hex", vectors);
    for (int i = 0; i < Count; i++) begin
      vector = vectors[i];
      #1 $display("%0d %0d", weight, $signed(v));
    end
  end
endmodule
)";

struct Case {
  MadamSettings settings;
  MadamState before;
  Word gradient;
  std::uint32_t index;
};

/// A number of [low, high]: either end, the middle, or any.
std::int32_t pick(std::mt19937& random, std::int32_t low, std::int32_t high) {
  switch (random() % 8) {
    case 0:
      return low;
    case 1:
      return high;
    case 2:
      return low + (high - low) / 2;
    default:
      return std::uniform_int_distribution(low, high)(random);
  }
}

/// Settings of training, in which all paths of the unit are taken, or in every eighth any that a trace may
/// hold.
MadamSettings some_settings(std::mt19937& random, const Design& d, const MadamUpdate& unit) {
  const std::int32_t octave = 1 << d.update.v_fraction;
  const bool any = random() % 8 == 0;
  const std::int32_t far = 1 << 29;
  MadamSettings s;
  s.gradient_exponent = any ? pick(random, -32768, 32767) : -pick(random, 0, 2 << d.format.bits);
  s.correction = any ? pick(random, -far, far) : -pick(random, 0, 10 * octave);
  s.step_log2 = any ? pick(random, -far, far) : pick(random, -4 * octave, (d.update.bits + 1) * octave);
  s.cap = pick(random, 1, unit.max_code());
  return s;
}

/// A second moment that is about to fade, near where the gradient's own would lie, so that the Gaussian
/// logarithm counts, or any.
std::int32_t some_moment(std::mt19937& random, const Design& d, const MadamUpdate& unit, Word gradient,
                         const MadamSettings& settings) {
  const std::int32_t octave = 1 << d.update.v_fraction;
  switch (random() % 4) {
    case 0:
      return unit.zero_v() + static_cast<std::int32_t>(random() % 4);  // where it fades to zero
    case 1:
      return pick(random, unit.zero_v(), -unit.zero_v() - 1);
    default: {
      const std::int32_t fresh = unit.second_moment(unit.zero_v(), gradient, settings).v;
      return std::clamp(fresh + pick(random, -8 * octave, 8 * octave), unit.zero_v(), -unit.zero_v() - 1);
    }
  }
}

std::vector<Case> cases(const Design& design, const MadamUpdate& unit) {
  constexpr int kStatesPerGradient = 200;
  std::mt19937 random(1);
  std::vector<Case> all;
  for (int gradient = 0; gradient < 1 << design.format.bits; ++gradient) {
    for (int i = 0; i < kStatesPerGradient; ++i) {
      Case c;
      c.gradient = static_cast<Word>(gradient);
      c.settings = some_settings(random, design, unit);
      c.before.v = some_moment(random, design, unit, c.gradient, c.settings);
      const std::uint32_t sign = (random() & 1) << (design.update.bits - 1);
      c.before.weight =
          static_cast<UpdateWord>(sign | static_cast<std::uint32_t>(pick(random, 1, unit.max_code())));
      c.index = static_cast<std::uint32_t>(pick(random, INT32_MIN / 2, INT32_MAX / 2)) << 1 | (random() & 1);
      if (unit.stochastic()) {
        c.settings.noise_key = static_cast<std::int64_t>(std::uint64_t{random()} << 32 | random());
      }
      all.push_back(c);
    }
  }
  return all;
}

std::string hex_line(const Case& c) {
  const RoundingNoise noise(static_cast<std::uint64_t>(c.settings.noise_key));
  const auto keys = [&](std::size_t i) {
    return static_cast<std::int32_t>(noise.round_keys()[i + 1] << 16 | noise.round_keys()[i]);
  };
  static_assert(RoundingNoise::rounds() == 10);
  const std::array<std::int32_t, 13> fields = {keys(8),
                                               keys(6),
                                               keys(4),
                                               keys(2),
                                               keys(0),
                                               static_cast<std::int32_t>(c.index),
                                               c.settings.gradient_exponent,
                                               c.settings.correction,
                                               c.settings.step_log2,
                                               c.settings.cap,
                                               c.before.weight,
                                               c.gradient,
                                               c.before.v};
  std::string line;
  for (const std::int32_t field : fields) {
    std::array<char, 9> text{};
    std::snprintf(text.data(), text.size(), "%08x", static_cast<std::uint32_t>(field));
    line += text.data();
  }
  return line + "\n";
}

class MadamLane : public testing::TestWithParam<const char*> {};

TEST_P(MadamLane, IsExact) {
  Design design = explore::test::spread_design(GetParam());
  design.pipeline.update = 1;  // the output queue alone: the lane is combinational
  const MadamUpdate exact(design);
  const std::vector<Case> tried = cases(design, exact);
  std::string vectors;
  for (const Case& c : tried) vectors += hex_line(c);
  const Values values = {{"count", std::to_string(tried.size())},
                         {"stochastic", exact.stochastic() ? "1" : "0"},
                         {"bits", std::to_string(design.format.bits)},
                         {"update_bits", std::to_string(design.update.bits)},
                         {"v_bits", std::to_string(design.update.v_bits)}};
  const std::vector<std::int64_t> got = explore::test::run_bench(design, expand(kBench, values), vectors);
  ASSERT_EQ(got.size(), 2 * tried.size());
  std::size_t moved = 0, saturated = 0, faded = 0;
  for (std::size_t i = 0; i < tried.size(); ++i) {
    const Case& c = tried[i];
    const MadamState after = exact(c.before, c.gradient, c.settings, c.index);
    ASSERT_EQ(got[2 * i], after.weight) << "weight of vector " << i << ": " << hex_line(c);
    ASSERT_EQ(got[2 * i + 1], after.v) << "second moment of vector " << i << ": " << hex_line(c);
    const int code = after.weight & exact.max_code();
    if (code == c.settings.cap || code == 1) {
      ++saturated;
    } else if (after.weight != c.before.weight) {
      ++moved;
    }
    if (after.v == exact.zero_v() && c.before.v != exact.zero_v()) ++faded;
  }
  // The vectors take the paths that they are made for.
  EXPECT_GT(moved, tried.size() / 20);
  EXPECT_GT(saturated, tried.size() / 20);
  // Without a zero gradient nothing fades, nor where log2(beta) is below half a unit of v and rounds to 0.
  EXPECT_EQ(faded > 0, design.format.zero != ZeroCode::kNone && exact.log2_beta().whole < 0);
}

INSTANTIATE_TEST_SUITE_P(Designs, MadamLane,
                         testing::Values("lns8_paper_tiny", "lns8_lean_tiny", "split_lut0", "binned_lut1",
                                         "lns6_nozero", "lns4_octaves", "vectors_binned", "vectors_octaves"),
                         [](const auto& tested) { return std::string(tested.param); });

}  // namespace
}  // namespace napier::rtl
