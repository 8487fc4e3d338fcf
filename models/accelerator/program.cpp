#include "models/accelerator/program.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

#include "models/accelerator/element_shares.hpp"
#include "models/accelerator/host_words.hpp"
#include "models/accelerator/turns.hpp"
#include "models/base/error.hpp"
#include "models/base/interrupt.hpp"
#include "models/design/widths.hpp"
#include "models/trace/record_check.hpp"

namespace napier {
namespace {

using Bytes = std::span<const std::uint8_t>;

/// Rows of a bank whose words lie at an address of the external memory.
struct Region {
  WordKind kind = WordKind::kA;
  std::uint32_t address = 0, row = 0, words = 0;
  std::uint32_t ticket = 0;  ///< the load that brings them, or the store that takes them
};

/// The channels of an element from which its words are taken one after another.
WordStream& stream_of(Stimulus& s, WordKind kind) {
  switch (kind) {
    case WordKind::kA:
      return s.a_fill;
    case WordKind::kB:
      return s.b_fill;
    case WordKind::kJob:
      return s.job;
    case WordKind::kBias:
      return s.bias;
    case WordKind::kMask:
      return s.mask;
    case WordKind::kRowScale:
      return s.row_scale;
    case WordKind::kUpdateJob:
      return s.update_job;
    case WordKind::kUpdateIn:
      return s.update_in;
    case WordKind::kOut:
    case WordKind::kRaw:
      return s.out;
    case WordKind::kUpdateOut:
      return s.update_out;
  }
  throw InternalError("unknown kind of word");
}

std::uint64_t lowest(int elements) {
  return elements >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << elements) - 1;
}

class ProgramWriter {
 public:
  ProgramWriter(const Trace& trace, const std::vector<ArrayJob>& jobs, AcceleratorProgram& program)
      : trace_(trace), d_(trace.design), jobs_(jobs), p_(program), groups_(widths::drain_groups(d_)) {
    cursors_.assign(p_.elements.size(), {});
    p_.product_ends.assign(trace.gemms.size(), 0);
  }

  void write() {
    if (!jobs_.empty()) load_operands(0);
    for (std::size_t j = 0; j < jobs_.size(); ++j) {
      check_interrupt();
      if (j + 1 < jobs_.size()) load_operands(j + 1);
      jobs_[j].update ? run_update(j) : run_product(j);
    }
    check_all_taken();
    p_.expected = p_.memory;
    for (const Output& o : outputs_) {
      std::ranges::copy(o.word, p_.expected.begin() + static_cast<std::ptrdiff_t>(o.address * beat_bytes()));
    }
  }

 private:
  struct Operands {
    Region job, scales, bias;
  };

  const GemmRecord& record(const ArrayJob& job) const { return trace_.gemms[job.record]; }
  std::vector<StreamJob>& stream(Bank bank) { return p_.streams[static_cast<std::size_t>(bank)]; }
  ArrayTiles tiles(const ArrayJob& job) const { return {d_, product_shape(record(job))}; }
  int half(Bank bank) const { return bank_rows(d_, bank) / 2; }
  int quarter() const { return d_.memory.side_words / 4; }

  /// Columns of n tiles [first, first + count) of a product.
  int columns(const ArrayJob& job, int first, int count) const {
    const int begin = first * d_.collector.entries;
    return std::min(record(job).n, begin + count * d_.collector.entries) - begin;
  }
  /// Post-processor groups of the highest active element in a round.
  int last_groups(const ArrayJob& job, int round) const {
    const ArrayTiles t = tiles(job);
    if (round < t.rounds - 1) return groups_;
    return GemmTiles(d_, record(job).m, record(job).n, record(job).k).g_last;
  }

  // ---- external memory ----

  Region allocate(WordKind kind, std::int64_t row, std::int64_t words) {
    if (row + words > bank_rows(d_, bank_of(kind))) {
      throw InternalError("words of kind " + std::string(kind_name(kind)) + " past the end of their bank");
    }
    Region r;
    r.kind = kind;
    r.row = static_cast<std::uint32_t>(row);
    r.words = static_cast<std::uint32_t>(words);
    const std::int64_t end = next_beat_ + words * beats(d_, kind);
    if (end > std::int64_t{1} << 32) {
      throw InputError("the trace needs more than 2^32 beats of external memory; record fewer steps");
    }
    r.address = static_cast<std::uint32_t>(next_beat_);
    next_beat_ = end;
    p_.memory.resize(static_cast<std::size_t>(end) * beat_bytes());
    written_.resize(static_cast<std::size_t>(end));
    return r;
  }
  std::size_t beat_bytes() const { return static_cast<std::size_t>(d_.memory.dram_bits / 8); }

  /// Word `index` of a region stands in the image; what is there already must be the same.
  void put(const Region& r, std::size_t index, Bytes word) {
    const std::size_t beat = r.address + index * static_cast<std::size_t>(beats(d_, r.kind));
    const auto image = p_.memory.begin() + static_cast<std::ptrdiff_t>(beat * beat_bytes());
    if (!written_[beat]) {
      std::ranges::copy(word, image);
      written_[beat] = true;
    } else if (!std::equal(word.begin(), word.end(), image)) {
      throw InternalError("a word of kind " + std::string(kind_name(r.kind)) + " is not what was loaded");
    }
  }

  // ---- descriptors ----

  static std::uint32_t count(std::size_t n) {
    if (n > std::numeric_limits<std::uint32_t>::max()) {
      throw InputError("the trace needs more than 2^32 - 1 descriptors; record fewer steps");
    }
    return static_cast<std::uint32_t>(n);
  }
  std::uint32_t& last_use(Bank bank, int slot) {
    return last_use_[static_cast<std::size_t>(bank)][static_cast<std::size_t>(slot)];
  }

  Region load(WordKind kind, std::int64_t row, std::int64_t words, int slot) {
    return load_again(allocate(kind, row, words), row, slot);
  }

  /// Loads what stands in external memory already.
  Region load_again(Region r, std::int64_t row, int slot) {
    r.row = static_cast<std::uint32_t>(row);
    p_.dma.push_back({r.kind, r.address, r.row, r.words, last_use(bank_of(r.kind), slot)});
    r.ticket = count(p_.dma.size());
    return r;
  }

  /// A block of an operand: its place in external memory is that of its first load.
  Region load_block(WordKind kind, std::size_t record, int block, std::int64_t words, int slot) {
    const std::int64_t row = std::int64_t{slot} * half(bank_of(kind));
    const auto key = std::tuple(kind, record, block);
    const auto found = blocks_.find(key);
    const Region r =
        found == blocks_.end() ? load(kind, row, words, slot) : load_again(found->second, row, slot);
    blocks_[key] = r;
    return r;
  }

  /// Sends words [first, first + words) of a region to elements.
  void feed(const Region& r, std::int64_t first, std::int64_t words, int active, bool deal, int chunk,
            int chunk_last, int slot) {
    const Bank bank = bank_of(r.kind);
    StreamJob job;
    job.row = r.row + static_cast<std::uint32_t>(first);
    job.words = static_cast<std::uint32_t>(words);
    job.needs = r.ticket;
    job.kind = r.kind;
    job.deal = deal;
    job.chunk = chunk;
    job.chunk_last = chunk_last;
    job.elements = lowest(active);
    stream(bank).push_back(job);
    last_use(bank, slot) = count(stream(bank).size());
    Turns turns(job.elements, chunk, chunk_last);
    for (std::int64_t i = 0; i < words; ++i) {
      const auto index = static_cast<std::size_t>(first + i);
      if (deal) {
        put(r, index, next_word(turns.element(), r.kind));
        turns.step();
      } else {
        for (int e = 0; e < active; ++e) put(r, index, next_word(static_cast<unsigned>(e), r.kind));
      }
    }
  }

  /// Takes words from elements into bank out and stores them.
  void collect(WordKind kind, std::int64_t words, int active, int chunk, int chunk_last) {
    const int slot = static_cast<int>(out_slot_++ % 2);
    Region r = allocate(kind, std::int64_t{slot} * half(Bank::kOut), words);
    StreamJob job;
    job.row = r.row;
    job.words = r.words;
    job.needs = stored_[static_cast<std::size_t>(slot)];
    job.kind = kind;
    job.deal = true;
    job.chunk = chunk;
    job.chunk_last = chunk_last;
    job.elements = lowest(active);
    stream(Bank::kOut).push_back(job);
    p_.dma.push_back({kind, r.address, r.row, r.words, count(stream(Bank::kOut).size())});
    stored_[static_cast<std::size_t>(slot)] = count(p_.dma.size());
    Turns turns(job.elements, chunk, chunk_last);
    for (std::int64_t i = 0; i < words; ++i) {
      outputs_.push_back(
          {r.address + static_cast<std::uint32_t>(i * beats(d_, kind)), next_output(turns.element(), kind)});
      turns.step();
    }
  }

  // ---- words of the elements ----

  Bytes next_word(unsigned element, WordKind kind) {
    const WordStream& s = stream_of(p_.elements[element].words, kind);
    std::int64_t& cursor = cursors_[element][static_cast<std::size_t>(kind)];
    if (cursor >= s.words()) throw InternalError("element " + std::to_string(element) + " has no more words");
    const auto size = static_cast<std::size_t>(s.word_bytes());
    return Bytes(s.bytes).subspan(static_cast<std::size_t>(cursor++) * size, size);
  }

  /// The next output as it stands in memory: operand words are packed.
  std::vector<std::uint8_t> next_output(unsigned element, WordKind kind) {
    // Both kinds of outputs are taken from one channel.
    const Bytes word = next_word(element, kind == WordKind::kRaw ? WordKind::kOut : kind);
    if (kind != WordKind::kOut) return {word.begin(), word.end()};
    return packed_output(d_, word);
  }

  void check_all_taken() {
    for (std::size_t e = 0; e < p_.elements.size(); ++e) {
      for (const WordKind kind : word_kinds(d_)) {
        if (kind == WordKind::kRaw) continue;
        const WordStream& s = stream_of(p_.elements[e].words, kind);
        if (cursors_[e][static_cast<std::size_t>(kind)] != s.words()) {
          throw InternalError("words of channel " + s.name + " are left for element " + std::to_string(e));
        }
      }
    }
  }

  // ---- jobs ----

  void load_operands(std::size_t j) {
    const ArrayJob& job = jobs_[j];
    const int slot = static_cast<int>(j % 2);
    Operands& o = operands_[j % 2];
    o = {};
    std::int64_t row = std::int64_t{slot} * quarter();
    const auto side = [&](WordKind kind, std::int64_t words) {
      const Region r = load(kind, row, words, slot);
      row += words;
      return r;
    };
    if (job.update) {
      o.job = side(WordKind::kUpdateJob, update_elements(job));
      return;
    }
    const GemmRecord& r = record(job);
    const ArrayTiles t = tiles(job);
    o.job = side(WordKind::kJob, t.active(job.first_round));
    std::int64_t rows = 0;  // m tiles of the job
    for (int i = 0; i < job.rounds; ++i) rows += t.active(job.first_round + i);
    if (!r.row_scales.empty()) o.scales = side(WordKind::kRowScale, rows * groups_);
    if (!r.bias.empty()) o.bias = side(WordKind::kBias, rows * groups_);
    const ArrayJob* before =
        j > 0 && !jobs_[j - 1].update && jobs_[j - 1].record == job.record ? &jobs_[j - 1] : nullptr;
    if (before == nullptr || before->a_block != job.a_block) {
      a_slot_ ^= 1;
      a_[static_cast<std::size_t>(a_slot_)] =
          load_block(WordKind::kA, job.record, job.a_block, rows * d_.datapath.lanes * t.k_tiles, a_slot_);
    }
    if (before == nullptr || before->b_block != job.b_block) {
      b_slot_ ^= 1;
      b_[static_cast<std::size_t>(b_slot_)] =
          load_block(WordKind::kB, job.record, job.b_block,
                     std::int64_t{columns(job, job.first_tile, job.tiles)} * t.k_tiles, b_slot_);
    }
    slots_[j % 2] = {a_slot_, b_slot_};
  }

  /// A mask, or update words, of one group of outputs.
  Region load_side_group(WordKind kind, std::int64_t words, int& slot) {
    slot = static_cast<int>(2 + side_slot_++ % 2);
    return load(kind, std::int64_t{slot} * quarter(), words, slot);
  }

  void run_product(std::size_t j) {
    const ArrayJob& job = jobs_[j];
    const GemmRecord& r = record(job);
    const ArrayTiles t = tiles(job);
    const Operands& o = operands_[j % 2];
    const auto [a_slot, b_slot] = slots_[j % 2];
    const Region& a = a_[static_cast<std::size_t>(a_slot)];
    const Region& b = b_[static_cast<std::size_t>(b_slot)];
    const int side_slot = static_cast<int>(j % 2);
    feed(o.job, 0, o.job.words, t.active(job.first_round), true, 1, 1, side_slot);
    std::int64_t side_words = 0, a_words = 0;
    for (int round = job.first_round; round < job.first_round + job.rounds; ++round) {
      const int active = t.active(round);
      const std::int64_t words = std::int64_t{active} * groups_;
      if (!r.row_scales.empty()) feed(o.scales, side_words, words, active, true, groups_, groups_, side_slot);
      if (!r.bias.empty()) feed(o.bias, side_words, words, active, true, groups_, groups_, side_slot);
      side_words += words;
      const std::int64_t vectors = std::int64_t{active} * d_.datapath.lanes * t.k_tiles;
      feed(a, a_words, vectors, active, true, d_.datapath.lanes, d_.datapath.lanes, a_slot);
      a_words += vectors;
      feed(b, 0, b.words, active, false, 1, 1, b_slot);
      run_groups(job, round, t);
    }
  }

  void run_groups(const ArrayJob& job, int round, const ArrayTiles& t) {
    const GemmRecord& r = record(job);
    const int active = t.active(round), last = last_groups(job, round);
    const std::int64_t column_words = std::int64_t{active - 1} * groups_ + last;
    const int end = job.first_tile + job.tiles;
    const auto words_of = [&](int first) {
      return columns(job, first, std::min(t.group_tiles, end - first)) * column_words;
    };
    Region mask, next_mask;
    int slot = 0, next_slot = 0;
    if (!r.mask.empty()) next_mask = load_side_group(WordKind::kMask, words_of(job.first_tile), next_slot);
    for (int first = job.first_tile; first < end; first += t.group_tiles) {
      if (!r.mask.empty()) {
        mask = next_mask;
        slot = next_slot;
        const int after = first + t.group_tiles;
        if (after < end) next_mask = load_side_group(WordKind::kMask, words_of(after), next_slot);
        feed(mask, 0, mask.words, active, true, groups_, last, slot);
      }
      collect(r.raw ? WordKind::kRaw : WordKind::kOut, words_of(first), active, groups_, last);
      p_.product_ends[job.record] = static_cast<std::int64_t>(p_.dma.size());
    }
  }

  int update_elements(const ArrayJob& job) const {
    return static_cast<int>(std::min<std::int64_t>(d_.array.elements, job.words));
  }

  void run_update(std::size_t j) {
    const ArrayJob& job = jobs_[j];
    const int active = update_elements(job);
    const Region& words = operands_[j % 2].job;
    feed(words, 0, words.words, active, true, 1, 1, static_cast<int>(j % 2));
    // A group is a whole number of turns, so that the next one begins with the lowest element again.
    const std::int64_t most = std::min(quarter(), half(Bank::kOut)) / active * active;
    const auto words_of = [&](std::int64_t first) { return std::min(most, job.words - first); };
    int slot = 0, next_slot = 0;
    Region next = load_side_group(WordKind::kUpdateIn, words_of(0), next_slot);
    for (std::int64_t first = 0; first < job.words; first += most) {
      const Region in = next;
      slot = next_slot;
      if (first + most < job.words) {
        next = load_side_group(WordKind::kUpdateIn, words_of(first + most), next_slot);
      }
      feed(in, 0, in.words, active, true, 1, 1, slot);
      collect(WordKind::kUpdateOut, in.words, active, 1, 1);
    }
  }

  struct Output {
    std::uint32_t address;
    std::vector<std::uint8_t> word;
  };

  const Trace& trace_;
  const Design& d_;
  const std::vector<ArrayJob>& jobs_;
  AcceleratorProgram& p_;
  int groups_;
  std::vector<std::array<std::int64_t, kWordKinds>> cursors_;
  std::int64_t next_beat_ = 0;
  std::vector<bool> written_;  ///< of each beat: a word that begins there stands in the image
  std::array<std::array<std::uint32_t, 4>, kBanks> last_use_{};
  std::array<std::uint32_t, 2> stored_{};
  std::array<Operands, 2> operands_;
  std::map<std::tuple<WordKind, std::size_t, int>, Region> blocks_;
  std::array<Region, 2> a_, b_;
  std::array<std::array<int, 2>, 2> slots_{};  ///< of job j: halves of banks a and b
  int a_slot_ = 1, b_slot_ = 1;
  std::int64_t side_slot_ = 0, out_slot_ = 0;
  std::vector<Output> outputs_;
};

void check_whole(const Design& design, const std::vector<ArrayJob>& jobs, const Trace& trace) {
  if (!widths::is_stochastic(design)) return;
  for (std::size_t j = 1; j < jobs.size(); ++j) {
    if (jobs[j].update || jobs[j - 1].update || jobs[j].record != jobs[j - 1].record) continue;
    throw InputError("trace record " + describe(trace.gemms[jobs[j].record]) +
                     ": the product needs several jobs, and with format.rounding stochastic its random bits "
                     "are chosen by the place in one job; raise memory.a_words and memory.b_words");
  }
}

std::vector<Blocks> blocks_of(const Trace& trace, const std::vector<Blocks>& given) {
  if (!given.empty() && given.size() != trace.gemms.size()) {
    throw InternalError("blocks of " + std::to_string(given.size()) + " products for " +
                        std::to_string(trace.gemms.size()));
  }
  std::vector<Blocks> result = given;
  for (std::size_t i = 0; i < trace.gemms.size(); ++i) {
    const GemmRecord& r = trace.gemms[i];
    const std::string place = "trace record " + describe(r);
    check_record(trace.design, r, place);
    if (given.empty()) {
      result.push_back(largest_blocks(trace.design, product_shape(r), place));
    } else {
      check_blocks(trace.design, product_shape(r), given[i], place);
    }
  }
  for (const UpdateRecord& r : trace.updates) check_record(trace.design, r, "trace record " + describe(r));
  return result;
}

}  // namespace

AcceleratorProgram make_program(const Trace& trace, const std::vector<Blocks>& blocks) {
  const Design& design = trace.design;
  const std::string place = "trace of design '" + design.name + "'";
  check_traceable(design, place);
  if (design.array.elements < 1) {
    throw InputError(place + ": the design is a bare processing element; set array.elements");
  }
  const std::vector<ArrayJob> jobs = array_jobs(trace, blocks_of(trace, blocks));
  check_whole(design, jobs, trace);
  AcceleratorProgram program;
  program.elements = element_shares(trace, jobs);
  ProgramWriter(trace, jobs, program).write();
  write_host_words(design, program);
  return program;
}

}  // namespace napier
