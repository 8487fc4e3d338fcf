#include "rtl-gen/testbench.hpp"

#include <charconv>
#include <string_view>

#include "models/design/design_file.hpp"
#include "rtl-gen/module.hpp"
#include "rtl-gen/templates.hpp"
#include "rtl-gen/text/numbers.hpp"

namespace napier::rtl {
namespace {

struct Stream {
  const WordStream& words;
  bool source;
};

std::vector<Stream> streams(const Stimulus& s) {
  std::vector<Stream> all;
  for (const WordStream* w :
       {&s.job, &s.a_fill, &s.b_fill, &s.bias, &s.mask, &s.row_scale, &s.update_job, &s.update_in}) {
    if (w->bits > 0) all.push_back({*w, true});
  }
  for (const WordStream* w : {&s.out, &s.update_out}) {
    if (w->bits > 0) all.push_back({*w, false});
  }
  return all;
}

/// One word a line, most significant digit first, as $readmemh reads it.
std::string hex_lines(const WordStream& stream) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto bytes = static_cast<std::size_t>(stream.word_bytes());
  std::string text;
  for (std::size_t word = 0; word + bytes <= stream.bytes.size(); word += bytes) {
    for (std::size_t i = bytes; i-- > 0;) {
      text += kDigits[stream.bytes[word + i] >> 4];
      text += kDigits[stream.bytes[word + i] & 15];
    }
    text += '\n';
  }
  return text;
}

std::string vectors_path(const WordStream& stream) { return "tb/vectors/" + stream.name + ".hex"; }

/// Wires of one channel, and the source or sink at its other end; a channel without words stays quiet.
std::string channel(const Stream& s) {
  const std::string& n = s.words.name;
  const std::string width = std::to_string(s.words.bits);
  std::string text = "logic " + n + "_valid, " + n + "_ready, " + n + "_done;\n";
  text += "logic [" + width + "-1:0] " + n + "_data;\n";
  if (s.words.words() == 0) {
    text += s.source ? "assign " + n + "_valid = 1'b0;\nassign " + n + "_data = '0;\n"
                     : "assign " + n + "_ready = 1'b1;\n";
    return text + "assign " + n + "_done = 1'b1;\n\n";
  }
  const std::string in = s.source ? "_o" : "_i", out = s.source ? "_i" : "_o";
  text += std::string(s.source ? "tb_source" : "tb_sink") + " #(\n  .Width (" + width + "),\n  .Words (" +
          std::to_string(s.words.words()) + "),\n  .File (\"" + vectors_path(s.words) + "\")\n) u_" + n +
          " (\n";
  text += "  .clk_i (clk),\n  .rst_ni (rst_n),\n  .valid" + in + " (" + n + "_valid),\n  .ready" + out +
          " (" + n + "_ready),\n  .data" + in + " (" + n + "_data),\n  .done_o (" + n + "_done)\n);\n\n";
  return text;
}

std::string half_period(double period_ns) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, period_ns / 2).ptr};
}

}  // namespace

std::vector<EmittedFile> emit_testbench(const Design& design, const Stimulus& stimulus) {
  require_bare_element(design, "the self-checking testbench");
  std::vector<EmittedFile> files;
  std::string channels;
  std::vector<std::string> connections, done, moved;
  std::int64_t words = 0;
  for (const Stream& s : streams(stimulus)) {
    const std::string& n = s.words.name;
    channels += channel(s);
    const std::string in = s.source ? "_i" : "_o", out = s.source ? "_o" : "_i";
    connections.push_back("." + n + "_valid" + in + " (" + n + "_valid)");
    connections.push_back("." + n + "_ready" + out + " (" + n + "_ready)");
    connections.push_back("." + n + in + " (" + n + "_data)");
    done.push_back(n + "_done");
    moved.push_back("(" + n + "_valid && " + n + "_ready)");
    words += s.words.words();
    if (s.words.words() > 0) files.push_back({vectors_path(s.words), hex_lines(s.words)});
  }
  const Values values = {{"banner", banner(design, "//") + "\n`default_nettype none\n"},
                         {"half_period", half_period(design.clock.period_ns)},
                         {"channels", channels},
                         {"connections", join(connections, ",\n") + "\n"},
                         {"all_done", join(done, " && ")},
                         {"any_moved", join(moved, " || ")},
                         {"words", std::to_string(words)}};
  files.push_back({"tb/tb_processing_element.sv", expand(embedded::testbench_sv, values)});
  return files;
}

}  // namespace napier::rtl
