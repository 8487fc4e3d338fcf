#include "rtl-gen/units/rounding_noise.hpp"

#include "models/base/simon.hpp"
#include "rtl-gen/module.hpp"
#include "rtl-gen/templates.hpp"
#include "rtl-gen/text/numbers.hpp"

namespace napier::rtl {
namespace {

constexpr int kRounds = RoundingNoise::rounds();

/// The sequence of the key schedule, of round 4 lowest, read off the keys of key 0: each is the one four
/// before, inverted, XOR the mixed keys XOR 3, and XOR 1 where the sequence has a one.
std::uint64_t sequence() {
  const RoundingNoise::RoundKeys keys = RoundingNoise(0).round_keys();
  std::uint64_t bits = 0;
  for (std::size_t i = 4; i < keys.size(); ++i) {
    const std::uint32_t mixed = RoundingNoise::rotate(keys[i - 1], 13) ^ keys[i - 3];
    const std::uint32_t without =
        (~std::uint32_t{keys[i - 4]} ^ mixed ^ RoundingNoise::rotate(mixed, 15) ^ 3U) & 0xFFFF;
    bits |= std::uint64_t{without ^ keys[i]} << (i - 4);
  }
  return bits;
}

Values noise_values() {
  return {{"noise_rounds", std::to_string(kRounds)},
          {"round_keys_bits", std::to_string(16 * kRounds)},
          {"noise_sequence", literal(kRounds - 4, sequence())}};
}

}  // namespace

EmittedFile emit_rounding_noise(const Design& design) {
  return emit_module(design, "rounding_noise", embedded::rounding_noise_sv, noise_values());
}

EmittedFile emit_rounding_keys(const Design& design) {
  return emit_module(design, "rounding_keys", embedded::rounding_keys_sv, noise_values());
}

}  // namespace napier::rtl
