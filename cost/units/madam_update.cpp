#include "cost/units/madam_update.hpp"

#include <algorithm>

#include "cost/units/sampling.hpp"

namespace napier::cost {
namespace {

constexpr int kRun = 32;  // weights in one run

struct Place {
  const UpdateRecord* record;
  std::int64_t index;
};

Place find_weight(const Trace& trace, std::int64_t place) {
  for (const UpdateRecord& r : trace.updates) {
    const auto count = static_cast<std::int64_t>(r.before.size());
    if (place < count) return {&r, place};
    place -= count;
  }
  return {&trace.updates.back(), 0};
}

/// Round key 0 in the low bits, as madam_update hands them to its lanes.
Bits round_keys(const MadamSettings& settings) {
  const RoundingNoise noise(static_cast<std::uint64_t>(settings.noise_key));
  Bits all;
  for (const std::uint16_t key : noise.round_keys()) append_bits(all, key, 16);
  return all;
}

}  // namespace

GateStimulus madam_update_stimulus(const Design& design, const Trace& trace, std::int64_t runs) {
  const MadamUpdate exact(design);
  const int stages = design.pipeline.update - 1;
  const auto lead = static_cast<std::size_t>(stages);
  const int weight_bits = design.update.bits;
  const int v_bits = design.update.v_bits;
  GateStimulus s;
  s.inputs = {{"gradient_exponent_i", 16},
              {"correction_i", 32},
              {"step_log2_i", 32},
              {"cap_i", weight_bits - 1},
              {"weight_i", weight_bits},
              {"gradient_i", design.format.bits},
              {"v_i", v_bits}};
  if (exact.stochastic()) {
    s.inputs.push_back({"round_keys_i", 16 * RoundingNoise::rounds()});
    s.inputs.push_back({"index_i", 32});
  }
  if (stages > 0) s.inputs.push_back({"stage_en_i", stages});
  s.outputs = {{"weight_o", weight_bits}, {"v_o", v_bits}};
  std::int64_t total = 0;
  for (const UpdateRecord& r : trace.updates) total += static_cast<std::int64_t>(r.before.size());
  const auto bits = [](std::int64_t v, int n) { return to_bits(static_cast<std::uint64_t>(v), n); };
  for (const std::int64_t place : sample_places(total, runs)) {
    const auto [record, start] = find_weight(trace, place);
    const auto count = static_cast<std::int64_t>(record->before.size());
    const MadamSettings& settings = record->settings;
    const std::size_t begin = s.drive.size();
    std::size_t index = 0;
    for (int i = 0; i < kRun + stages; ++i) {
      // The last `stages` cycles only let the run's results out, before the settings change.
      if (i < kRun) index = static_cast<std::size_t>((start + std::int64_t{i} * design.update.lanes) % count);
      const MadamState& before = record->before[index];
      std::vector<Bits> cycle = {bits(settings.gradient_exponent, 16),
                                 bits(settings.correction, 32),
                                 bits(settings.step_log2, 32),
                                 bits(settings.cap, weight_bits - 1),
                                 bits(before.weight, weight_bits),
                                 bits(record->gradient[index], design.format.bits),
                                 bits(before.v, v_bits)};
      if (exact.stochastic()) {
        cycle.push_back(round_keys(settings));
        cycle.push_back(bits(static_cast<std::int64_t>(index), 32));
      }
      if (stages > 0) cycle.push_back(Bits(lead, true));
      s.drive.push_back(std::move(cycle));
      s.expect.resize(begin + static_cast<std::size_t>(i) + lead + 1, {std::nullopt, std::nullopt});
      if (i < kRun) {
        const MadamState after =
            exact(before, record->gradient[index], settings, static_cast<std::uint32_t>(index));
        s.expect.back() = {bits(after.weight, weight_bits), bits(after.v, v_bits)};
      }
    }
    s.expect.resize(s.drive.size());
    s.windows.push_back({static_cast<std::int64_t>(begin + lead), kRun - stages, 0, double(kRun - stages)});
  }
  return s;
}

}  // namespace napier::cost
