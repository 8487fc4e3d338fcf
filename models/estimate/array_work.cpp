#include "models/estimate/array_work.hpp"

#include <algorithm>

#include "models/design/widths.hpp"

namespace napier {
namespace {

constexpr std::array<std::int64_t ArrayWork::*, 12> kCounts = {
    &ArrayWork::beats_used, &ArrayWork::jobs,          &ArrayWork::loads,   &ArrayWork::stores,
    &ArrayWork::beats_read, &ArrayWork::beats_written, &ArrayWork::a_words, &ArrayWork::b_words,
    &ArrayWork::side_words, &ArrayWork::gather_words,  &ArrayWork::issues,  &ArrayWork::macs};

std::int64_t divide_up(std::int64_t a, std::int64_t b) { return a / b + (a % b != 0 ? 1 : 0); }

/// Adds up what the engines do, descriptor by descriptor.
class Tally {
 public:
  explicit Tally(const Design& design) : d_(design) {}

  /// `count` loads of `words` words each: a cycle each for the descriptor and its start, the requests, and
  /// the latency of the last one, whose answer the next descriptor waits for.
  void load(WordKind kind, std::int64_t words, std::int64_t count = 1) {
    const std::int64_t all = words * beats(d_, kind);
    const bool block = kind == WordKind::kA || kind == WordKind::kB;  // the same one each time
    work.beats_used += block ? all : all * count;
    work.loads += count;
    work.beats_read += all * count;
    work.of(ArrayResource::kDma) +=
        count * (3 + (all - 1) * d_.memory.dram_interval + d_.memory.dram_latency);
  }

  /// A store: the descriptor, its start, the four cycles in which the first word comes from bank out.
  void store(WordKind kind, std::int64_t words) {
    const std::int64_t all = words * beats(d_, kind);
    ++work.stores;
    work.beats_written += all;
    work.beats_used += all;
    work.of(ArrayResource::kDma) += 7 + (all - 1) * d_.memory.dram_interval;
    work.gather_words += words;
    // The last word's turn on the link is not waited for; descriptor and start take a cycle each.
    work.of(ArrayResource::kGather) += 2 + (words - 1) * link_cycles(d_, kind) + 1;
  }

  void feed(WordKind kind, std::int64_t words) {
    const Bank bank = bank_of(kind);
    const ArrayResource link = bank == Bank::kA   ? ArrayResource::kLinkA
                               : bank == Bank::kB ? ArrayResource::kLinkB
                                                  : ArrayResource::kLinkSide;
    work.of(link) += words * link_cycles(d_, kind);
    (bank == Bank::kA ? work.a_words : bank == Bank::kB ? work.b_words : work.side_words) += words;
  }

  ArrayWork work;

 private:
  const Design& d_;
};

/// One product, block by block. Sizes as docs/accelerator.md, Host program.
class ProductTally {
 public:
  ProductTally(const Design& design, const ProductShape& shape, const Blocks& blocks, bool raw)
      : d_(design),
        s_(shape),
        blocks_(blocks),
        t_(design, shape),
        groups_(widths::drain_groups(design)),
        last_groups_(divide_up(shape.m - (t_.m_tiles - 1) * std::int64_t{design.datapath.lanes},
                               design.post_processor.lanes)),
        out_kind_(raw ? WordKind::kRaw : WordKind::kOut),
        tally_(design) {}

  ArrayWork run() {
    const std::int64_t a_blocks = divide_up(t_.rounds, blocks_.rounds);
    const std::int64_t b_blocks = divide_up(t_.n_tiles, blocks_.tiles);
    const bool a_outer = blocks_.order == BlockOrder::kAOuter;
    // The outer operand once, the inner one for each outer block, or once where it is one block.
    const std::int64_t a_passes = a_outer || a_blocks == 1 ? 1 : b_blocks;
    const std::int64_t b_passes = !a_outer || b_blocks == 1 ? 1 : a_blocks;
    for (std::int64_t a = 0; a < a_blocks; ++a) {
      load_rounds(static_cast<int>(a) * blocks_.rounds, b_blocks, a_passes);
    }
    for (std::int64_t b = 0; b < b_blocks; ++b) {
      tally_.load(WordKind::kB, columns(static_cast<int>(b) * blocks_.tiles, blocks_.tiles) * t_.k_tiles,
                  b_passes);
    }
    for (int round = 0; round < t_.rounds; ++round) run_round(round, b_blocks);
    ArrayWork& w = tally_.work;
    w.jobs = a_blocks * b_blocks;
    // A job moves, and after its last tile the outputs leave the post-processor.
    w.of(ArrayResource::kElement) += w.jobs * (1 + d_.pipeline.post_process + 1);
    w.macs = w.issues * d_.datapath.lanes * d_.datapath.vector;
    return w;
  }

 private:
  std::int64_t columns(int first, int count) const {
    const std::int64_t begin = std::int64_t{first} * d_.collector.entries;
    return std::min<std::int64_t>(s_.n, begin + std::int64_t{count} * d_.collector.entries) - begin;
  }
  int rounds_of(int first) const { return std::min(blocks_.rounds, t_.rounds - first); }

  /// Operands of a block of rounds: jobs, row scales and biases for each of the `jobs` jobs, A `passes`
  /// times.
  void load_rounds(int first, std::int64_t jobs, std::int64_t passes) {
    std::int64_t rows = 0;
    for (int r = first; r < first + rounds_of(first); ++r) rows += t_.active(r);
    tally_.load(WordKind::kJob, t_.active(first), jobs);
    tally_.feed(WordKind::kJob, t_.active(first) * jobs);
    for (const auto& [has, kind] :
         {std::pair{s_.has_row_scales, WordKind::kRowScale}, {s_.has_bias, WordKind::kBias}}) {
      if (!has) continue;
      tally_.load(kind, rows * groups_, jobs);
      tally_.feed(kind, rows * groups_ * jobs);
    }
    tally_.load(WordKind::kA, rows * d_.datapath.lanes * t_.k_tiles, passes);
  }

  void run_round(int round, std::int64_t b_blocks) {
    const std::int64_t active = t_.active(round);
    const bool last = round == t_.rounds - 1;
    tally_.feed(WordKind::kA, active * d_.datapath.lanes * t_.k_tiles * b_blocks);
    tally_.feed(WordKind::kB, std::int64_t{s_.n} * t_.k_tiles);
    tally_.work.issues += active * s_.n * t_.k_tiles;
    const std::int64_t column_words = (active - 1) * groups_ + (last ? last_groups_ : groups_);
    for (int first = 0; first < t_.n_tiles; first += blocks_.tiles) {
      const int end = std::min(t_.n_tiles, first + blocks_.tiles);
      for (int tile = first; tile < end; tile += t_.group_tiles) {
        const std::int64_t words = columns(tile, std::min(t_.group_tiles, end - tile)) * column_words;
        if (s_.has_mask) {
          tally_.load(WordKind::kMask, words);
          tally_.feed(WordKind::kMask, words);
        }
        tally_.store(out_kind_, words);
      }
    }
    // The first element: its group count is smaller only where it has the last m tile.
    const std::int64_t groups = last && active == 1 ? last_groups_ : groups_;
    const std::int64_t loads = (s_.has_bias ? groups_ : 0) + (s_.has_row_scales ? groups_ : 0);
    tally_.work.of(ArrayResource::kElement) +=
        s_.n * (t_.k_tiles + groups) + t_.n_tiles * (widths::lane_latency(d_) + 1) + b_blocks * loads;
  }

  const Design& d_;
  const ProductShape& s_;
  const Blocks& blocks_;
  ArrayTiles t_;
  std::int64_t groups_, last_groups_;
  WordKind out_kind_;
  Tally tally_;
};

}  // namespace

ArrayResource ArrayWork::bottleneck() const {
  return static_cast<ArrayResource>(std::max_element(cycles.begin(), cycles.end()) - cycles.begin());
}

ArrayWork& ArrayWork::operator+=(const ArrayWork& other) {
  for (const auto member : kCounts) this->*member += other.*member;
  for (std::size_t r = 0; r < cycles.size(); ++r) cycles[r] += other.cycles[r];
  return *this;
}

ArrayWork ArrayWork::times(std::int64_t factor) const {
  ArrayWork result = *this;
  for (const auto member : kCounts) result.*member *= factor;
  for (std::int64_t& c : result.cycles) c *= factor;
  return result;
}

ArrayWork product_work(const Design& design, const ProductShape& shape, const Blocks& blocks, bool raw) {
  return ProductTally(design, shape, blocks, raw).run();
}

ArrayWork update_work(const Design& d, std::int64_t words) {
  Tally tally(d);
  const std::int64_t active = std::min<std::int64_t>(d.array.elements, words);
  tally.load(WordKind::kUpdateJob, active);
  tally.feed(WordKind::kUpdateJob, active);
  const std::int64_t most = std::min(d.memory.side_words / 4, d.memory.out_words / 2) / active * active;
  for (std::int64_t first = 0; first < words; first += most) {
    const std::int64_t group = std::min(most, words - first);
    tally.load(WordKind::kUpdateIn, group);
    tally.feed(WordKind::kUpdateIn, group);
    tally.store(WordKind::kUpdateOut, group);
  }
  tally.work.jobs = 1;
  tally.work.of(ArrayResource::kElement) = 1 + divide_up(words, active) + d.pipeline.update + 1;
  return tally.work;
}

std::int64_t row_miss_cycles(const Design& d, const ArrayWork& work) {
  const std::int64_t rows = divide_up(work.beats_used, d.memory.dram_row_beats);
  const std::int64_t miss = d.memory.dram_row_miss;
  return std::max<std::int64_t>(0, (rows - 1) * miss - work.stores * std::min<std::int64_t>(miss, 6));
}

}  // namespace napier
