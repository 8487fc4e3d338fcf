#include "explore/ladder/cycle_bench.hpp"

#include <array>
#include <cstdio>
#include <map>

#include "explore/ladder/proof_texts.hpp"
#include "models/base/error.hpp"
#include "models/base/files.hpp"
#include "models/base/process.hpp"
#include "models/base/random.hpp"
#include "models/stimulus/handshake_log.hpp"
#include "models/stimulus/stimulus.hpp"
#include "rtl-gen/text/template.hpp"
#include "rtl-gen/verify/channel_ports.hpp"
#include "sim/child.hpp"

namespace napier::explore::ladder {
namespace {

namespace fs = std::filesystem;
using rtl::ChannelPorts;
using rtl::ChannelRole;
using Bytes = std::vector<std::uint8_t>;

/// Bits of one cycle, lowest first.
class Line {
 public:
  void bit(bool value) { bits_.push_back(value); }
  void word(std::span<const std::uint8_t> bytes, int bits) {
    for (int i = 0; i < bits; ++i) bit((bytes[static_cast<std::size_t>(i / 8)] >> (i % 8) & 1) != 0);
  }
  std::string hex() const {
    std::string digits;
    for (std::size_t end = (bits_.size() + 3) / 4; end-- > 0;) {
      int digit = 0;
      for (std::size_t i = 0; i < 4 && 4 * end + i < bits_.size(); ++i)
        digit |= (bits_[4 * end + i] ? 1 : 0) << i;
      digits += "0123456789abcdef"[digit];
    }
    return digits + "\n";
  }

 private:
  std::vector<bool> bits_;
};

/// All words that move in a log, channel by channel.
std::vector<std::vector<Bytes>> words_of(const fs::path& log) {
  HandshakeReader reader(log);
  std::vector<std::vector<Bytes>> words(reader.channels().size());
  while (reader.next()) {
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (!reader.moved(i)) continue;
      const auto word = reader.word(i);
      words[i].emplace_back(word.begin(), word.end());
    }
  }
  return words;
}

std::string range(int bits) { return "[" + std::to_string(bits - 1) + ":0]"; }

/// The Verilog around the element, field by field in the order of a line of vectors.
struct Texts {
  std::string wires, connections, checks;
  int width = 0;
};

void connect(Texts& t, const std::string& port, const std::string& wire) {
  t.connections += ",\n    ." + port + " (" + wire + ")";
}

std::string field(int& at, int bits) {
  const std::string text = "vector[" + std::to_string(at) + " +: " + std::to_string(bits) + "]";
  at += bits;
  return text;
}

void add_check(Texts& t, const std::string& condition, const std::string& what) {
  t.checks += "if (!failed && " + condition + ") begin failed = 1'b1; $display(\"FAIL cycle %0d: " + what +
              "\", cycle); end\n";
}

void add_source(Texts& t, const ChannelPorts& c) {
  const std::string& n = c.name;
  t.wires += "logic " + n + "_valid, " + n + "_ready;\nlogic " + range(c.bits) + " " + n + ";\n";
  t.wires += "assign " + n + "_valid = " + field(t.width, 1) + ";\n";
  t.wires += "assign " + n + " = " + field(t.width, c.bits) + ";\n";
  connect(t, n + "_valid_i", n + "_valid");
  connect(t, n + "_ready_o", n + "_ready");
  connect(t, n + "_i", n);
  add_check(t, n + "_ready !== " + field(t.width, 1), n + " ready");
}

void add_output(Texts& t, const ChannelPorts& c) {
  const std::string& n = c.name;
  const bool sink = c.role == ChannelRole::kSink;
  t.wires += "logic " + n + "_valid, " + n + "_ready;\nlogic " + range(c.bits) + " " + n + ";\n";
  if (sink) {
    t.wires += "assign " + n + "_ready = " + field(t.width, 1) + ";\n";
    connect(t, n + "_ready_i", n + "_ready");
  } else {
    add_check(t, n + "_ready !== " + field(t.width, 1), n + " ready");
    connect(t, n + "_ready_o", n + "_ready");
  }
  connect(t, n + "_valid_o", n + "_valid");
  connect(t, n + "_o", n);
  add_check(t, n + "_valid !== " + field(t.width, 1), n + " valid");
  const std::string known = field(t.width, 1), word = field(t.width, c.bits);
  add_check(t, known + " && " + n + " !== " + word, n + " data");
}

}  // namespace

CycleBench make_cycle_bench(const Design& design, const Trace&, const fs::path& log, bool inner) {
  const std::vector<ChannelPorts> channels = rtl::channel_ports(design);
  Texts texts;
  for (const ChannelPorts& c : channels) {
    if (c.role == ChannelRole::kSource) {
      add_source(texts, c);
    } else if (inner || c.role == ChannelRole::kSink) {
      add_output(texts, c);
    }
  }
  const auto words = words_of(log);
  CycleBench bench;
  const Philox random(1);
  std::uint64_t drawn = 0;
  HandshakeReader reader(log);
  while (reader.next()) {
    Line line;
    for (std::size_t i = 0; i < channels.size(); ++i) {
      const ChannelPorts& c = channels[i];
      const bool valid = (reader.valid() >> i & 1) != 0, ready = (reader.ready() >> i & 1) != 0;
      const auto next = static_cast<std::size_t>(reader.words_before(i));
      const bool known = valid && next < words[i].size();
      Bytes word(static_cast<std::size_t>(c.bits + 7) / 8);
      for (std::uint8_t& byte : word) byte = static_cast<std::uint8_t>(random.word(3, drawn++));
      if (known) word = words[i][next];
      if (c.role == ChannelRole::kSource) {
        line.bit(valid);
        line.word(word, c.bits);
        line.bit(ready);
      } else if (inner || c.role == ChannelRole::kSink) {
        line.bit(ready);
        line.bit(valid);
        line.bit(known);
        line.word(word, c.bits);
      }
    }
    bench.vectors += line.hex();
    ++bench.cycles;
  }
  bench.bench = rtl::expand(embedded::proof_cycle_bench_sv,
                            {{"width", std::to_string(texts.width)},
                             {"cycles", std::to_string(bench.cycles)},
                             {"wires", texts.wires},
                             {"connections", texts.connections},
                             {"checks", texts.checks},
                             {"top", inner ? "napier_probe" : "napier_processing_element"}});
  return bench;
}

CycleBench make_cycle_bench(const Design& design, const Trace& trace, unsigned stalls, std::uint64_t seed,
                            const fs::path& folder, bool inner) {
  fs::create_directories(folder);
  sim::SimOptions options;
  options.stall_percent = stalls;
  options.stall_seed = seed;
  options.handshake_log = folder / "systemc.hslog";
  sim::simulate_in_child(design, trace, options);
  return make_cycle_bench(design, trace, *options.handshake_log, inner);
}

void check_icarus(const fs::path& scratch) {
  for (const char* program : {"iverilog", "vvp"}) find_tool(program);
  constexpr int kOldestMajor = 11;
  const fs::path answer = scratch / "icarus_version.log";
  fs::remove(answer);
  run_process({"iverilog", "-V"}, scratch, answer);
  const std::string text = read_file(answer);
  fs::remove(answer);
  int major = 0;
  // "Icarus Verilog version 11.0 (stable) ()"
  if (std::sscanf(text.c_str(), "Icarus Verilog version %d", &major) == 1 && major >= kOldestMajor) return;
  throw ToolError("Icarus Verilog 11.0 or newer is needed, and '" + find_tool("iverilog").string() +
                  "' says it is: " + text.substr(0, text.find('\n')) +
                  "\nDebian 12 and newer have one: apt-get install iverilog");
}

BenchOutcome run_cycle_bench(const CycleBench& bench, const std::vector<rtl::EmittedFile>& files,
                             const std::vector<fs::path>& libraries, std::uint64_t reset_after,
                             const fs::path& folder, std::string& why) {
  fs::create_directories(folder);
  // A fault may make a simulator run for ever.
  constexpr const char* kSeconds = "120";
  std::vector<std::string> compile = {"timeout", kSeconds,      "iverilog", "-g2012",   "-gno-specify",
                                      "-s",      "cycle_bench", "-o",       "bench.vvp"};
  for (const rtl::EmittedFile& file : files) {
    write_file(folder / file.path.filename(), file.text);
    compile.push_back(file.path.filename().string());
  }
  write_file(folder / "cycle_bench.sv", bench.bench);
  write_file(folder / "cycles.hex", bench.vectors);
  compile.push_back("cycle_bench.sv");
  for (const fs::path& library : libraries) compile.push_back(library.string());
  const fs::path log = folder / "tools.log", out = folder / "out.log";
  for (const fs::path& old : {log, out}) fs::remove(old);
  const auto last_line = [](const std::string& text) { return text.substr(0, text.find('\n')); };
  if (run_process(compile, folder, log) != 0) {
    why = "refused: " + last_line(read_file(log));
    return BenchOutcome::kRefused;
  }
  const int code = run_process(
      {"timeout", kSeconds, "vvp", "-n", "bench.vvp", "+reset_after=" + std::to_string(reset_after)}, folder,
      out);
  const std::string text = read_file(out);
  if (code == 124) {
    why = "the simulation does not end";
    return BenchOutcome::kHung;
  }
  if (text.find("PASS") != std::string::npos) return BenchOutcome::kPassed;
  why = text.substr(text.find("FAIL") == std::string::npos ? 0 : text.find("FAIL"));
  why = last_line(why);
  return BenchOutcome::kFailed;
}

}  // namespace napier::explore::ladder
