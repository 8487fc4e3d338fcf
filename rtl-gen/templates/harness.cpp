${banner}
// Drives the Verilated design with the words of a trace and writes its handshake log.
// Usage: harness STIMULUS LOG SEED STALL_PERCENT MAX_CYCLES RESET_AFTER
// A model built for coverage also writes LOG.coverage.
// RESET_AFTER: cycles that the element runs before it is reset in mid-flight; the run that is logged begins after that.
%if memory
// Each element has a log of its own beside LOG, with .element_0 and so on before the extension.
%end
// Format of STIMULUS, per channel in the order below: number of words (8 bytes, little endian), then, for a
// source, the words.
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
%if memory
#include <deque>
%end
#include <exception>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "Vnapier_probe.h"
%if memory
#include "dram_timing.hpp"
%end
#include "handshake_writer.hpp"
#include "host.hpp"
#include "verilated.h"
#if VM_COVERAGE
#include "verilated_cov.h"
#endif

namespace {

enum class Role { kSource, kSink, kInner };

/// One channel: its wires in the model, and the host's side of it.
struct Channel {
  const char* name;
  int bits;
  Role role;
  CData* valid;
  CData* ready;
  void* data;
  std::vector<std::uint8_t> words;
  std::uint64_t count = 0;  ///< words to send, or expected
  std::uint64_t moved = 0;
  bool offered = false;

  std::size_t word_bytes() const { return static_cast<std::size_t>(bits + 7) / 8; }
  bool done() const { return role == Role::kInner || moved == count; }
};

/// The channels of one handshake log.
struct Group {
  const char* log_suffix;
  std::vector<Channel> channels;
  std::unique_ptr<napier::HandshakeWriter> log;
};

/// What stands behind the chip's memory port.
%if memory
/// It says when requests are taken and when answers are there; the data of answers are words of the stimulus.
class Memory {
 public:
  bool holds_back(const Channel& c, std::uint64_t cycle) const {
    if (c.role == Role::kSink) return !timing_.ready(cycle);
    return std::strcmp(c.name, "mem_rsp") == 0 && (due_.empty() || due_.front() > cycle);
  }
  void offered(const Channel& c) {
    if (std::strcmp(c.name, "mem_rsp") == 0) due_.pop_front();
  }
  /// A request has moved: the address stands in the low 32 bits, write in bit 32.
  void moved(const Channel& c, std::uint64_t cycle) {
    if (c.role != Role::kSink) return;
    std::array<std::uint8_t, 5> head{};
    std::memcpy(head.data(), c.data, head.size());
    std::uint64_t address = 0;
    for (int i = 0; i < 4; ++i) address |= std::uint64_t{head[i]} << (8 * i);
    const std::uint64_t answer = timing_.accept(cycle, address);
    if ((head[4] & 1) == 0) due_.push_back(answer);
  }

 private:
  napier::DramTiming timing_{{${dram}}};
  std::deque<std::uint64_t> due_;  ///< first cycle in which the data of each read may be offered
};
%else
/// A bare element has no such port.
struct Memory {
  static bool holds_back(const Channel&, std::uint64_t) { return false; }
  static void offered(const Channel&) {}
  static void moved(const Channel&, std::uint64_t) {}
};
%end

void read_stimulus(const std::string& name, std::vector<Channel>& channels) {
  std::ifstream in(name, std::ios::binary);
  for (Channel& c : channels) {
    if (c.role == Role::kInner) continue;
    in.read(reinterpret_cast<char*>(&c.count), sizeof c.count);
    if (in && c.role == Role::kSource) {
      c.words.resize(c.count * c.word_bytes());
      in.read(reinterpret_cast<char*>(c.words.data()), static_cast<std::streamsize>(c.words.size()));
    }
  }
  if (!in) throw std::runtime_error("cannot read stimulus '" + name + "'");
}

/// Sets the host's wires for one cycle.
void drive(std::vector<Channel>& channels, Memory& memory, std::uint64_t seed, unsigned percent,
           std::uint64_t cycle) {
  for (std::size_t i = 0; i < channels.size(); ++i) {
    Channel& c = channels[i];
    if (c.role == Role::kInner) continue;
    const bool stalls = napier::host_stalls(seed, percent, static_cast<unsigned>(i), cycle) ||
                        memory.holds_back(c, cycle);
    if (c.role == Role::kSink) {
      *c.ready = stalls ? 0 : 1;
      continue;
    }
    if (!c.offered && c.moved < c.count && !stalls) {
      c.offered = true;
      memory.offered(c);
      std::memcpy(c.data, c.words.data() + c.moved * c.word_bytes(), c.word_bytes());
    }
    *c.valid = c.offered ? 1 : 0;
  }
}

/// Logs what the next edge sees (where there is a log), and moves the words that fire.
void observe(std::vector<Channel>& channels, Memory& memory, std::uint64_t cycle,
             napier::HandshakeWriter* log) {
  std::uint64_t valid = 0, ready = 0;
  std::array<const void*, 64> data{};
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const Channel& c = channels[i];
    valid |= std::uint64_t{*c.valid} << i;
    ready |= std::uint64_t{*c.ready} << i;
    data[i] = c.data;
  }
  if (log != nullptr) log->cycle(valid, ready, data.data());
  for (std::size_t i = 0; i < channels.size(); ++i) {
    if ((valid & ready) >> i & 1) {
      ++channels[i].moved;
      channels[i].offered = false;
      memory.moved(channels[i], cycle);
    }
  }
}

bool all_done(const std::vector<Channel>& channels) {
  for (const Channel& c : channels) {
    if (!c.done()) return false;
  }
  return true;
}

/// Asserts reset away from a clock edge, for two edges.
void reset(Vnapier_probe& top) {
  top.clk_i = 0;
  top.rst_ni = 1;
  top.eval();
  top.rst_ni = 0;
  for (int edge = 0; edge < 4; ++edge) {
    top.clk_i = edge & 1;
    top.eval();
  }
  top.clk_i = 0;
  top.rst_ni = 1;
}

/// Sends the words from the first on, until all have moved or for `max_cycles`.
void replay(Vnapier_probe& top, std::vector<Group>& groups, std::uint64_t seed, unsigned percent,
            std::uint64_t max_cycles, bool logged) {
  std::vector<Channel>& host = groups.front().channels;
  Memory memory;
  for (Channel& c : host) {
    c.moved = 0;
    c.offered = false;
  }
  for (std::uint64_t cycle = 0; cycle < max_cycles && !all_done(host); ++cycle) {
    top.clk_i = 0;
    drive(host, memory, seed, percent, cycle);
    top.eval();
    for (Group& g : groups) observe(g.channels, memory, cycle, logged ? g.log.get() : nullptr);
    top.clk_i = 1;
    top.eval();
  }
}

void run(char** arguments) {
  const std::uint64_t seed = std::strtoull(arguments[3], nullptr, 10);
  const auto percent = static_cast<unsigned>(std::strtoul(arguments[4], nullptr, 10));
  const std::uint64_t max_cycles = std::strtoull(arguments[5], nullptr, 10);
  const std::uint64_t reset_after = std::strtoull(arguments[6], nullptr, 10);

  VerilatedContext context;
  context.randReset(2);  // registers without reset start at random: nothing may depend on them
  context.randSeed(1);
  const auto top = std::make_unique<Vnapier_probe>(&context);
  std::vector<Group> groups;
  ${groups}
  read_stimulus(arguments[1], groups.front().channels);
  for (Group& group : groups) {
    std::filesystem::path file = arguments[2];
    file.replace_extension(group.log_suffix + file.extension().string());
    std::vector<std::pair<std::string, int>> names;
    for (const Channel& c : group.channels) names.emplace_back(c.name, c.bits);
    group.log = std::make_unique<napier::HandshakeWriter>(file.string(), names);
  }

  reset(*top);
  if (reset_after > 0) {
    replay(*top, groups, seed, percent, reset_after, false);
    reset(*top);
  }
  replay(*top, groups, seed, percent, max_cycles, true);
  top->final();
#if VM_COVERAGE
  context.coveragep()->write((std::string(arguments[2]) + ".coverage").c_str());
#endif
  for (Group& group : groups) group.log->finish();
  std::printf("%llu\n", static_cast<unsigned long long>(groups.front().log->cycles()));
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 7) {
    std::fputs("usage: harness STIMULUS LOG SEED STALL_PERCENT MAX_CYCLES RESET_AFTER\n", stderr);
    return 2;
  }
  try {
    run(arguments);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "harness: %s\n", e.what());
    return 2;
  }
  return 0;
}
