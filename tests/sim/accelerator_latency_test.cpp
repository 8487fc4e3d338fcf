// When things happen around the elements: every latency of docs/accelerator.md, to the cycle and not one
// earlier; what holds back what; and a run that stands still.
#include <gmock/gmock.h>

#include <map>
#include <set>

#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/trace/trace_check.hpp"
#include "sim/accelerator_statistics.hpp"
#include "tests/sim/accelerator_runs.hpp"

namespace napier::sim {
namespace {

using test::activity, test::Activity, test::Folder, test::later, test::run_accelerator, test::small_array;
using testing::AllOf, testing::HasSubstr;

const std::vector<Shape> kShapes = {{8, 4, 8}, {3, 1, 2}, {41, 13, 24}, {33, 30, 26}};

Design host_array(int elements) {
  Design design = small_array(elements);
  design.update.kind = UpdateKind::kHost;
  return design;
}

/// One product, one tile, without bias, mask and updates.
Trace one_tile(const Design& design) {
  return test::plain_product(design, {design.datapath.lanes, 4, design.datapath.vector});
}

struct LoggedRun {
  explicit LoggedRun(const Trace& trace, AcceleratorOptions options = {}) {
    options.handshake_log = folder / "log.hslog";
    result = run_accelerator(trace, options);
  }
  Activity of(const std::string& channel) const { return activity(folder / "log.hslog", channel); }
  Activity of(std::size_t element, const std::string& channel) const {
    return activity(element_log(folder / "log.hslog", element), channel);
  }
  Folder folder;
  AcceleratorResult result;
};

// The first beat opens a row: its request fires in cycle c, its data come in c + latency + row_miss; the next
// request is taken interval (and row_miss, if it opens a row) later.
TEST(MemoryLatency, OfAnOpenRowAndOfAnother) {
  for (const int interval : {1, 3}) {
    Design design = host_array(1);
    design.memory.dram_interval = interval;
    const LoggedRun run(one_tile(design));
    const std::vector<std::int64_t> asked = run.of("mem_req").moved;
    const std::vector<std::int64_t> answered = run.of("mem_rsp").moved;
    const MemoryParameters& m = design.memory;
    // Job: 4 beats of 32 bits (112 bits) at address 0, row 0.
    EXPECT_EQ(answered[0], asked[0] + m.dram_latency + m.dram_row_miss);
    EXPECT_EQ(asked[1], asked[0] + interval + m.dram_row_miss);
    EXPECT_EQ(answered[1], asked[1] + m.dram_latency);
    EXPECT_EQ(asked[2], asked[1] + interval);
    EXPECT_EQ(answered[2], asked[2] + m.dram_latency);
  }
}

// A descriptor moves in cycle 0, is started in 1, and its first beat is on offer in 2.
TEST(DmaLatency, OfItsFirstRequest) {
  const LoggedRun run(one_tile(host_array(1)));
  EXPECT_EQ(run.of("dma_job").moved.front(), 0);
  EXPECT_EQ(run.of("mem_req").valid.front(), 2);
}

// A word is written the cycle after its last beat; a descriptor is taken then at the earliest.
TEST(DmaLatency, OfAFill) {
  const LoggedRun run(one_tile(host_array(1)));
  const std::vector<std::int64_t> fills = run.of("fill").valid;
  const std::vector<std::int64_t> answers = run.of("mem_rsp").moved;
  EXPECT_EQ(fills.front(), answers[3] + 1);
  EXPECT_EQ(run.of("dma_job").moved[1], fills.front());
}

// The load of the job word is complete in the cycle of its fill: bank side starts at the end of it, reads in
// the next, and the word is on offer after that; a cycle later it stands in the link's queue, one later it is
// offered to the element.
TEST(BankLatency, FromTheFillToTheElement) {
  const LoggedRun run(one_tile(host_array(1)));
  const std::int64_t fill = run.of("fill").valid.front();
  EXPECT_EQ(run.of("side_word").valid.front(), fill + 2);
  EXPECT_EQ(run.of("side_word").moved.front(), fill + 2);
  // A job of 112 bits takes four cycles on a link of 32.
  EXPECT_EQ(run.of(0, "job").valid.front(), fill + 2 + 1 + 4);
}

// Words of one cycle follow each other on the link without a gap.
TEST(LinkLatency, OfWordsOfOneCycle) {
  const LoggedRun run(one_tile(host_array(1)));
  const std::vector<std::int64_t> words = run.of("a_word").moved;
  EXPECT_EQ(run.of(0, "a_fill").valid, later(words, 2));
  EXPECT_EQ(words.back() - words.front(), 7);
}

// Words of 32 bits on a link of 8: one every four cycles.
TEST(LinkLatency, OfWordsOfFourCycles) {
  Design design = host_array(1);
  design.array.link_bits = 8;
  const LoggedRun run(one_tile(design));
  const std::vector<std::int64_t> fills = run.of(0, "a_fill").moved;
  for (std::size_t i = 1; i < fills.size(); ++i) EXPECT_EQ(fills[i], fills[i - 1] + 4);
  EXPECT_EQ(fills.front(), run.of("a_word").moved.front() + 1 + 4);
}

// A B vector reaches every element in the same cycle.
TEST(LinkLatency, OfAMulticast) {
  const Design design = host_array(3);
  const LoggedRun run(test::plain_product(design, {24, 4, 8}));
  const Activity first = run.of(0, "b_fill");
  EXPECT_EQ(first.moved.size(), 8U);
  for (const std::size_t e : {1U, 2U}) EXPECT_EQ(run.of(e, "b_fill").moved, first.moved);
}

// An output enters its queue, is taken the cycle after, and written the cycle after that.
TEST(GatherLatency, OfAnOutput) {
  const LoggedRun run(one_tile(host_array(1)));
  EXPECT_EQ(run.of("collect").valid, later(run.of(0, "out").moved, 2));
}

// The store starts when the gather is done: started in the cycle of the last collect, asked of bank out in
// the next, read after a start and a read cycle, in the queue after that.
TEST(StoreLatency, FromTheLastOutputToTheMemory) {
  const LoggedRun run(one_tile(host_array(1)));
  const std::int64_t collected = run.of("collect").valid.back();
  EXPECT_EQ(run.of("store_job").valid.front(), collected + 1);
  EXPECT_EQ(run.of("store").valid.front(), collected + 4);
  const std::vector<std::int64_t> requests = run.of("mem_req").valid;
  const auto write = std::upper_bound(requests.begin(), requests.end(), collected);
  ASSERT_NE(write, requests.end());
  EXPECT_EQ(*write, collected + 5);
}

// What an engine's ticket forbids at t - 1 happens at t: words leave a bank two cycles after the fill that
// completes their load, however long it takes.
TEST(Tickets, HoldABankBackToTheCycle) {
  for (const int latency : {1, 12, 40}) {
    Design design = host_array(2);
    design.memory.dram_latency = latency;
    const LoggedRun run(test::plain_product(design, {16, 4, 8}));
    const std::vector<std::int64_t> fills = run.of("fill").valid;
    // 2 job words, 32 vectors of A, 8 of B.
    ASSERT_EQ(fills.size(), 42U);
    EXPECT_EQ(run.of("side_word").valid.front(), fills[1] + 2);
    EXPECT_EQ(run.of("a_word").valid.front(), fills[33] + 2);
    EXPECT_EQ(run.of("b_word").valid.front(), fills[41] + 2);
  }
}

TEST(AcceleratorStalls, OnlyDelay) {
  const Trace trace = random_trace(small_array(3), kShapes, 4);
  std::int64_t before = 0;
  for (const unsigned percent : {0U, 30U, 60U, 90U}) {
    AcceleratorOptions options;
    options.stall_percent = percent;
    options.stall_seed = 5;
    const AcceleratorResult r = run_accelerator(trace, options);
    EXPECT_GT(r.cycles, before);
    before = r.cycles;
  }
}

TEST(AcceleratorStalls, AreRepeatedByTheirSeed) {
  const Trace trace = random_trace(small_array(2), kShapes, 4);
  AcceleratorOptions options;
  options.stall_percent = 40;
  options.stall_seed = 11;
  const LoggedRun first(trace, options), again(trace, options);
  EXPECT_FALSE(compare_logs(first.folder / "log.hslog", again.folder / "log.hslog").has_value());
  options.stall_seed = 12;
  const LoggedRun other(trace, options);
  EXPECT_TRUE(compare_logs(first.folder / "log.hslog", other.folder / "log.hslog").has_value());
}

/// Cycles in which a word was offered and not taken, by channel; a word once offered must stay.
void count_held_back(const std::filesystem::path& log, std::map<std::string, std::int64_t>& counts) {
  HandshakeReader reader(log);
  std::uint64_t held = 0;
  while (reader.next()) {
    EXPECT_EQ(reader.valid() & held, held) << "cycle " << reader.cycle();
    held = reader.valid() & ~reader.ready();
    for (std::size_t i = 0; i < reader.channels().size(); ++i) {
      counts[reader.channels()[i].name] += static_cast<std::int64_t>(held >> i & 1);
    }
  }
}

// With random stalls every handshake is held back somewhere, no offer is withdrawn, and (checked by every
// run) each word arrives once, in order and unchanged. What is always ready cannot be held back: `fill`,
// `collect`, mem_rsp and the lanes' channels; bank out is free when a store asks for it.
TEST(AcceleratorStalls, HoldBackEveryHandshake) {
  std::map<std::string, std::int64_t> counts;
  for (const unsigned percent : {20U, 70U}) {
    for (const int out_queue : {2, 64}) {
      Design design = small_array(2);
      design.array.out_queue = out_queue;
      design.array.link_bits = 64;
      design.memory.dram_bits = 256;  // faster than the links
      AcceleratorOptions options;
      options.stall_percent = percent;
      options.stall_seed = percent;
      // The second product has a mask.
      const LoggedRun run(random_trace(design, std::vector<Shape>{{8, 4, 8}, {41, 30, 26}, {33, 9, 24}}, 3),
                          options);
      count_held_back(run.folder / "log.hslog", counts);
      for (const std::size_t e : {0U, 1U}) {
        count_held_back(element_log(run.folder / "log.hslog", e), counts);
      }
    }
  }
  const std::set<std::string> free = {"fill",  "collect", "mem_rsp",   "store_job",
                                      "issue", "sum",     "update_in", "update_out"};
  for (const auto& [channel, cycles] : counts) {
    if (free.contains(channel)) {
      EXPECT_EQ(cycles, 0) << channel;
    } else {
      EXPECT_GT(cycles, 0) << channel;
    }
  }
}

// A condition that never holds would be a mistake in the count.
TEST(AcceleratorCauses, AllHappen) {
  AcceleratorResult sum;
  std::int64_t memory = 0;
  for (const unsigned percent : {0U, 80U}) {
    for (const int interval : {1, 4}) {
      Design design = small_array(3);
      design.memory.dram_interval = interval;
      design.array.link_bits = interval == 1 ? 8 : 128;
      AcceleratorOptions options;
      options.stall_percent = percent;
      const AcceleratorResult r = run_accelerator(random_trace(design, kShapes, 8), options);
      for (std::size_t i = 0; i < sum.dma.size(); ++i) sum.dma[i] += r.dma[i];
      for (std::size_t b = 0; b < 3; ++b) {
        for (std::size_t i = 0; i < kBankCauses.size(); ++i) sum.banks[b][i] += r.banks[b][i];
      }
      for (std::size_t i = 0; i < sum.gather.size(); ++i) sum.gather[i] += r.gather[i];
      for (const ElementResult& e : r.elements) memory += e.wait_memory;
    }
  }
  for (std::size_t i = 0; i < kDmaCauses.size(); ++i) {
    if (kDmaCauses[i].name == "idle") continue;
    EXPECT_GT(sum.dma[i], 0) << kDmaCauses[i].name;
  }
  EXPECT_EQ(sum.dma[static_cast<std::size_t>(DmaCause::kIdle)], 0);  // the last beat ends the run
  for (std::size_t b = 0; b < 3; ++b) {
    for (std::size_t i = 0; i < kBankCauses.size(); ++i) {
      EXPECT_GT(sum.banks[b][i], 0) << b << ' ' << kBankCauses[i].name;
    }
  }
  for (std::size_t i = 0; i < kGatherCauses.size(); ++i) EXPECT_GT(sum.gather[i], 0) << kGatherCauses[i].name;
  EXPECT_GT(memory, 0);
}

template <class Expected>
std::string message(const Trace& trace, const AcceleratorOptions& options = {}) {
  try {
    run_accelerator(trace, options);
  } catch (const Expected& e) {
    return e.what();
  }
  return "(no error)";
}

/// A memory that takes requests and never answers.
class DeadMemory : public DramModel {
 public:
  bool ready(std::uint64_t) override { return true; }
  void request(std::uint64_t, std::uint64_t, bool) override {}
  bool answers(std::uint64_t) override { return false; }
};

TEST(AcceleratorDeadlock, EndsWithTheStateOfEveryBlock) {
  AcceleratorOptions options;
  options.deadlock_cycles = 200;
  options.dram = [](const MemoryParameters&) { return std::make_unique<DeadMemory>(); };
  EXPECT_THAT(
      message<InternalError>(random_trace(small_array(2), kShapes, 1), options),
      AllOf(HasSubstr("dma: LOAD"), HasSubstr("global_buffer_a: WAIT"), HasSubstr("global_buffer_out"),
            HasSubstr("operand_link_side"), HasSubstr("gather: "), HasSubstr("dram: "),
            HasSubstr("element_0:"), HasSubstr("element_1:"), HasSubstr("sequencer: IDLE")));
}

/// Another memory behind the interface: every answer takes 100 cycles.
class SlowMemory : public SimpleDram {
 public:
  explicit SlowMemory(MemoryParameters m) : SimpleDram(slow(m)) {}

 private:
  static MemoryParameters slow(MemoryParameters m) {
    m.dram_latency = 100;
    return m;
  }
};

TEST(DramModel, OfAnotherSimulatorIsObeyed) {
  const Trace trace = one_tile(host_array(1));
  AcceleratorOptions options;
  options.dram = [](const MemoryParameters& m) { return std::make_unique<SlowMemory>(m); };
  const LoggedRun run(trace, options);
  EXPECT_EQ(run.of("mem_rsp").moved.front(), run.of("mem_req").moved.front() + 106);
}

TEST(AcceleratorMutation, AFlippedGoldenBitNamesElementAndBlock) {
  const Trace sound = random_trace(small_array(2), kShapes, 9);
  EXPECT_THAT(message<MismatchError>(with_flipped_bit(sound, GoldenField::kOut, 2, 40, 2)),
              AllOf(HasSubstr("element "), HasSubstr("post_processor"), HasSubstr("channel out")));
  EXPECT_THAT(message<MismatchError>(with_flipped_bit(sound, GoldenField::kAcc, 2, 152, 20)),
              AllOf(HasSubstr("element "), HasSubstr("channel drain")));
  EXPECT_THAT(message<MismatchError>(with_flipped_bit(sound, GoldenField::kWeightAfter, 2, 5, 0)),
              AllOf(HasSubstr("element "), HasSubstr("madam_update")));
  Trace saturated = sound;
  ++saturated.gemms[2].saturations;
  EXPECT_THAT(message<MismatchError>(saturated), HasSubstr("accumulations overflowed"));
}

// Another size of anything that takes time gives another log.
TEST(AcceleratorMutation, AnotherLatencyGivesAnotherLog) {
  Design design = small_array(2);
  design.memory.a_words = 256;  // several blocks of both operands: some are loaded again
  const Trace sound = random_trace(design, kShapes, 9);
  const LoggedRun run(sound);
  const auto differs = [&](auto change) {
    Trace other = sound;
    change(other.design);
    const LoggedRun changed(other);
    return compare_logs(run.folder / "log.hslog", changed.folder / "log.hslog").has_value();
  };
  EXPECT_TRUE(differs([](Design& d) { d.array.link_bits = 31; }));
  EXPECT_TRUE(differs([](Design& d) { d.array.out_queue = 3; }));
  EXPECT_TRUE(differs([](Design& d) { ++d.memory.dram_interval; }));
  EXPECT_TRUE(differs([](Design& d) { ++d.memory.dram_latency; }));
  EXPECT_TRUE(differs([](Design& d) { d.memory.dram_banks = 64; }));
  EXPECT_TRUE(differs([](Design& d) { ++d.memory.dram_row_beats; }));
  EXPECT_TRUE(differs([](Design& d) { ++d.memory.dram_row_miss; }));
  EXPECT_TRUE(differs([](Design& d) { d.memory.a_words = 768; }));
  EXPECT_TRUE(differs([](Design& d) { d.memory.b_words = 128; }));
  EXPECT_TRUE(differs([](Design& d) { d.memory.side_words = 300; }));
  EXPECT_TRUE(differs([](Design& d) { d.memory.out_words = 96; }));
}

std::int64_t words(const std::vector<Traffic>& all, const std::string& level, const std::string& kinds) {
  std::int64_t sum = 0;
  for (const Traffic& t : all) {
    if (t.level == level &&
        (kinds.empty() || (" " + kinds + " ").find(" " + t.kind + " ") != std::string::npos)) {
      sum += t.words;
    }
  }
  return sum;
}

// Traffic is worked out from the descriptors; the blocks count what they really moved.
TEST(Traffic, IsWhatTheBlocksMoved) {
  const AcceleratorResult r = run_accelerator(random_trace(small_array(3), kShapes, 8));
  std::map<std::string, std::int64_t> events;
  for (const Event& e : r.events) events[e.component + "." + e.event] = e.count;
  std::int64_t read_bytes = 0, written_bytes = 0;
  for (const Traffic& t : r.traffic) {
    if (t.level == "dram_read") read_bytes += t.bytes;
    if (t.level == "dram_write") written_bytes += t.bytes;
  }
  EXPECT_EQ(read_bytes, events["dma.beats_read"] * 4);
  EXPECT_EQ(written_bytes, events["dma.beats_written"] * 4);
  EXPECT_EQ(events["dram.row_hits"] + events["dram.row_misses"],
            events["dma.beats_read"] + events["dma.beats_written"]);
  const std::string side = "job bias mask row_scale update_job update_in", out = "out raw update_out";
  for (const auto& [bank, kinds] :
       {std::pair{"a", std::string("a")}, {"b", std::string("b")}, {"side", side}}) {
    const std::string buffer = std::string("global_buffer_") + bank,
                      link = std::string("operand_link_") + bank;
    EXPECT_EQ(words(r.traffic, "buffer_write", kinds), events[buffer + ".writes"]) << bank;
    EXPECT_EQ(words(r.traffic, "buffer_read", kinds), events[buffer + ".reads"]) << bank;
    EXPECT_EQ(words(r.traffic, "link", kinds), events[link + ".words"]) << bank;
    EXPECT_EQ(words(r.traffic, "element", kinds), events[link + ".deliveries"]) << bank;
  }
  EXPECT_EQ(words(r.traffic, "buffer_write", out), events["global_buffer_out.writes"]);
  EXPECT_EQ(words(r.traffic, "buffer_read", out), events["global_buffer_out.reads"]);
  EXPECT_EQ(words(r.traffic, "element", out), events["gather.words"]);
}

TEST(AcceleratorRunDirectory, IsByteIdenticalAndItsCausesAddUp) {
  const Trace trace = random_trace(small_array(2), kShapes, 6);
  const Folder first, second;
  for (const Folder* folder : {&first, &second}) {
    write_run_directory(folder->path(), trace.design, trace, AcceleratorOptions{}, run_accelerator(trace),
                        {"1.0", "design.yaml", "t.h5"});
  }
  for (const char* file :
       {"stats.json", "stats.txt", "events.csv", "cycles.csv", "traffic.csv", "resolved.yaml"}) {
    EXPECT_EQ(read_file(first / file), read_file(second / file)) << file;
  }
  std::map<std::string, double> sums;
  double cycles = 0;
  for (const Statistic& s : statistics(run_accelerator(trace), trace.design)) {
    if (s.name == "cycles") cycles = s.value;
    const std::size_t at = s.name.find("cause.");
    if (at != std::string::npos) sums[s.name.substr(0, at)] += s.value;
  }
  EXPECT_EQ(sums.size(), 9U);  // dma, three banks, gather, two elements with two units each
  for (const auto& [unit, sum] : sums) EXPECT_EQ(sum, cycles) << unit;
}

TEST(AcceleratorRefusal, NamesWhatDoesNotFit) {
  Design design = small_array(2);
  design.memory.a_words = 64;
  EXPECT_THAT(
      message<InputError>(random_trace(design, kShapes, 1)),
      AllOf(HasSubstr("do not fit half of memory.a_words"), HasSubstr("raise memory.a_words to at least")));
  AcceleratorOptions options;
  options.blocks.assign(kShapes.size(), {1, 9, BlockOrder::kAOuter});
  EXPECT_THAT(message<InputError>(random_trace(small_array(2), kShapes, 1), options),
              HasSubstr("but the product has"));
  Trace bare = random_trace(napier::test::small_lns(), kShapes, 1);
  EXPECT_THAT(message<InputError>(bare), HasSubstr("set array.elements"));
}

}  // namespace
}  // namespace napier::sim
