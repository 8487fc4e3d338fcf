#include "cost/units/accumulation_collector.hpp"

#include <algorithm>

#include "cost/units/sampling.hpp"
#include "models/design/widths.hpp"
#include "models/units/accumulation_collector.hpp"
#include "models/units/vector_lane.hpp"

namespace napier::cost {
namespace {

constexpr int kMostVectors = 8;  // of K in one walk

class CollectorDriver {
 public:
  explicit CollectorDriver(const Design& d)
      : design_(d),
        entry_bits_(std::max(1, widths::ceil_log2(d.collector.entries))),
        acc_bits_(d.datapath.accumulator_bits),
        sum_bits_(widths::sum_bits(d)),
        entries_(static_cast<std::size_t>(d.collector.entries)) {
    stimulus_.inputs = {{"bias_write_i", 1}, {"bias_i", acc_bits_},        {"has_bias_i", 1},
                        {"sum_valid_i", 1},  {"sum_i", sum_bits_},         {"sum_entry_i", entry_bits_},
                        {"sum_first_i", 1},  {"read_entry_i", entry_bits_}};
    stimulus_.outputs = {{"read_o", acc_bits_}};
  }

  void bias(std::int32_t value, bool has_bias) {
    bias_ = value;
    has_bias_ = has_bias;
    cycle(true, false, 0, false, 0);
  }

  void add(std::int64_t sum, int entry, bool first) {
    sum_ = sum;
    entry_ = entry;
    cycle(false, true, entry, first, 0);
    auto& acc = entries_[static_cast<std::size_t>(entry)];
    const std::int64_t before = first ? (has_bias_ ? bias_ : 0) : acc.value_or(0);
    acc = accumulate(before, sum, acc_bits_, design_.datapath.overflow).value;
  }

  void read(int entry) { cycle(false, false, entry_, false, entry); }

  void window(CollectorWindow kind, std::int64_t first, double weight) {
    stimulus_.windows.push_back({first, stimulus_.cycles() - first, static_cast<int>(kind), weight});
  }
  std::int64_t now() const { return stimulus_.cycles(); }
  GateStimulus take() { return std::move(stimulus_); }

 private:
  void cycle(bool bias_write, bool valid, int entry, bool first, int read) {
    const auto bits = [](std::int64_t v, int n) { return to_bits(static_cast<std::uint64_t>(v), n); };
    stimulus_.drive.push_back({Bits{bias_write}, bits(bias_, acc_bits_), Bits{has_bias_}, Bits{valid},
                               bits(sum_, sum_bits_), bits(entry, entry_bits_), Bits{first},
                               bits(read, entry_bits_)});
    const auto& shown = entries_[static_cast<std::size_t>(read)];
    stimulus_.expect.push_back({shown ? std::optional<Bits>(bits(*shown, acc_bits_)) : std::nullopt});
  }

  const Design& design_;
  int entry_bits_, acc_bits_, sum_bits_;
  std::vector<std::optional<std::int32_t>> entries_;  // unknown before they are first written
  std::int32_t bias_ = 0;
  bool has_bias_ = false;
  std::int64_t sum_ = 0;
  int entry_ = 0;
  GateStimulus stimulus_;
};

}  // namespace

GateStimulus accumulation_collector_stimulus(const Design& design, const Trace& trace, std::int64_t cycles) {
  const Tiles tiles(trace, design);
  const VectorLane exact(design);
  CollectorDriver collector(design);
  // Warm-up, not measured: every register gets a known value.
  collector.bias(0, false);
  for (int entry = 0; entry < design.collector.entries; ++entry) collector.add(0, entry, true);
  const std::int64_t places = std::max<std::int64_t>(1, cycles / design.collector.entries / kMostVectors);
  for (const std::int64_t place : sample_places(tiles.count(), places)) {
    Tile tile = tiles[place];
    const GemmRecord& record = trace.gemms[tile.gemm];
    const auto row = static_cast<std::size_t>(tile.m);
    collector.bias(record.bias.empty() ? 0 : record.bias[row], !record.bias.empty());
    const int columns = tiles.columns(tile);
    const std::int64_t first = collector.now();
    const int vectors = std::min(kMostVectors, tiles.k_tiles(tile.gemm));
    for (tile.kt = 0; tile.kt < vectors; ++tile.kt) {
      const std::vector<Word> a = tiles.a(tile);
      for (int column = 0; column < columns; ++column) {
        collector.add(exact(a, tiles.b(tile, column)), column, tile.kt == 0);
      }
    }
    collector.window(CollectorWindow::kAccumulate, first,
                     static_cast<double>(vectors) * columns * design.datapath.vector);
    const std::int64_t drain = collector.now();
    for (int column = 0; column < columns; ++column) {
      for (int group = 0; group < widths::drain_groups(design); ++group) collector.read(column);
    }
    collector.window(CollectorWindow::kDrain, drain, columns);
  }
  return collector.take();
}

}  // namespace napier::cost
