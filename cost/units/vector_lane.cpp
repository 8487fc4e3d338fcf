#include "cost/units/vector_lane.hpp"

#include <algorithm>

#include "cost/units/sampling.hpp"
#include "models/design/widths.hpp"
#include "models/units/vector_lane.hpp"

namespace napier::cost {
namespace {

constexpr int kIdleCycles = 8;

Bits packed(const std::vector<Word>& words, int bits) {
  Bits result;
  for (const Word w : words) append_bits(result, w, bits);
  return result;
}

/// Writes the drive and what comes out `latency` cycles later.
class LaneDriver {
 public:
  explicit LaneDriver(const Design& d)
      : design_(d), exact_(d), latency_(widths::lane_latency(d)), sum_bits_(widths::sum_bits(d)) {
    const int vector_bits = d.datapath.vector * d.format.bits;
    const int stationary_bits = widths::stationary_words(d) * d.format.bits;
    stimulus_.inputs = {
        {"a_load_i", 1}, {"a_i", stationary_bits}, {"b_i", vector_bits}, {"stage_en_i", latency_}};
    stimulus_.outputs = {{"sum_o", sum_bits_}};
  }

  /// One cycle: B against the vector loaded last, and, if `load`, `a` loaded for the next cycle.
  void issue(const std::vector<Word>& stationary, const std::vector<Word>& b, const std::vector<Word>& next_a,
             bool load) {
    cycle(b, next_a, load, true);
    const auto vector = std::span(stationary).first(b.size());
    const int octaves = stationary.size() > b.size() ? stationary.back() : 0;
    const auto sum = static_cast<std::uint64_t>(exact_(vector, b, octaves));
    const std::size_t when = stimulus_.drive.size() - 1 + static_cast<std::size_t>(latency_);
    expectations_.resize(when + 1);
    expectations_[when] = to_bits(sum, sum_bits_);
  }

  void cycle(const std::vector<Word>& b, const std::vector<Word>& next_a, bool load, bool enable) {
    const int bits = design_.format.bits;
    stimulus_.drive.push_back({Bits{load}, packed(next_a, bits), packed(b, bits),
                               Bits(static_cast<std::size_t>(latency_), enable)});
  }

  void window(LaneWindow kind, std::int64_t first, double weight) {
    stimulus_.windows.push_back({first, stimulus_.cycles() - first, static_cast<int>(kind), weight});
  }

  std::int64_t now() const { return stimulus_.cycles(); }
  int latency() const { return latency_; }

  GateStimulus take() {
    expectations_.resize(stimulus_.drive.size());
    for (auto& e : expectations_) stimulus_.expect.push_back({std::move(e)});
    return std::move(stimulus_);
  }

 private:
  const Design& design_;
  VectorLane exact_;
  int latency_, sum_bits_;
  GateStimulus stimulus_;
  std::vector<std::optional<Bits>> expectations_;
};

}  // namespace

GateStimulus vector_lane_stimulus(const Design& design, const Trace& trace, std::int64_t cycles) {
  const Tiles tiles(trace, design);
  std::vector<Tile> sample;
  for (const std::int64_t place :
       sample_places(tiles.count(), std::max<std::int64_t>(1, cycles / design.collector.entries))) {
    sample.push_back(tiles[place]);
  }
  LaneDriver lane(design);
  // Warm-up, not measured: load the first vector and fill the pipeline with its columns.
  std::vector<Word> a = tiles.a(sample[0]);
  std::vector<Word> b = tiles.b(sample[0], 0);
  lane.cycle(b, a, true, true);
  for (int i = 0; i <= lane.latency(); ++i) {
    b = tiles.b(sample[0], i % tiles.columns(sample[0]));
    lane.issue(a, b, a, false);
  }
  for (std::size_t t = 0; t < sample.size(); ++t) {
    const std::int64_t first = lane.now();
    const int columns = tiles.columns(sample[t]);
    const std::vector<Word> next = tiles.a(sample[std::min(t + 1, sample.size() - 1)]);
    for (int column = 0; column < columns; ++column) {
      b = tiles.b(sample[t], column);
      lane.issue(a, b, next, column == columns - 1);
    }
    lane.window(LaneWindow::kStream, first, static_cast<double>(columns) * design.datapath.vector);
    a = next;
  }
  // Let the pipeline run dry, then stand still. Taking the enables back is no part of standing still.
  for (int i = 0; i <= lane.latency(); ++i) lane.cycle(b, a, false, true);
  lane.cycle(b, a, false, false);
  const std::int64_t first = lane.now();
  for (int i = 0; i < kIdleCycles; ++i) lane.cycle(b, a, false, false);
  lane.window(LaneWindow::kIdle, first, kIdleCycles);
  return lane.take();
}

}  // namespace napier::cost
