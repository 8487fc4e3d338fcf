#include "rtl-gen/flow.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "rtl-gen/emit_design.hpp"
#include "rtl-gen/module.hpp"
#include "rtl-gen/templates.hpp"
#include "rtl-gen/text/numbers.hpp"
#include "rtl-gen/verify/channel_ports.hpp"

namespace napier::rtl {
namespace {

std::string shortest(double x) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, x).ptr};
}

std::string row(const std::string& name, const std::string& direction, int bits, const std::string& meaning) {
  return "| `" + name + "` | " + direction + " | " + std::to_string(bits) + " | " + meaning + " |\n";
}

std::string ports_table(const Design& design) {
  std::string text = "# Ports of " + top_module(design) + ", design " + design.name + "\n\n";
  text += "A word moves in a cycle in which valid and ready are both 1. Words: docs/" +
          std::string(design.array.elements == 0 ? "microarchitecture.md" : "accelerator.md") + ".\n\n";
  text += "| port | direction | bits | meaning |\n|---|---|---|---|\n";
  text += row("clk_i", "in", 1, "clock, rising edge");
  text += row("rst_ni", "in", 1, "asynchronous reset, active low");
  for (const ChannelPorts& c : top_channels(design)) {
    if (c.role == ChannelRole::kInner) continue;
    const bool source = c.role == ChannelRole::kSource;
    const std::string in = source ? "_i" : "_o", out = source ? "_o" : "_i";
    const std::string to = source ? "in" : "out", from = source ? "out" : "in";
    text += row(c.name + "_valid" + in, to, 1, "a word of `" + c.name + "` is on offer");
    text += row(c.name + "_ready" + out, from, 1, "the word is taken");
    text += row(c.name + in, to, c.bits, "word of `" + c.name + "`");
  }
  return text;
}

/// The host's inputs, without clock and reset, a channel a line: what SDC readers without filters understand.
std::string input_ports(const Design& design) {
  std::string text;
  for (const ChannelPorts& c : top_channels(design)) {
    if (c.role == ChannelRole::kInner) continue;
    const bool source = c.role == ChannelRole::kSource;
    const std::string word = " " + c.name + (c.bits == 1 ? "_i" : "_i[*]");
    text += "  " + c.name + (source ? "_valid_i" + word : "_ready_i") + "\n";
  }
  return text;
}

/// A design's name in what FuseSoC takes for a name: letters, digits and underscores.
std::string core_name(std::string name) {
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

}  // namespace

std::vector<EmittedFile> emit_flow(const Design& design, const std::vector<EmittedFile>& files) {
  std::vector<std::string> sources;
  for (const EmittedFile& file : files) sources.push_back(file.path.string());
  const std::string top = top_module(design);
  const std::string unit = top.substr(top.find('_') + 1);
  std::string listed;
  for (const std::string& source : sources) listed += "- " + source + "\n";
  const Values values = {{"banner", banner(design, "#")},
                         {"top", top},
                         {"unit", unit},
                         {"sources", join(sources, " ")},
                         {"files", listed},
                         {"name", design.name},
                         {"core_name", core_name(design.name)},
                         {"version", NAPIER_VERSION},
                         {"inputs", input_ports(design)},
                         {"period", shortest(design.clock.period_ns)},
                         {"half_period", shortest(design.clock.period_ns / 2)}};
  return {{"napier.f", banner(design, "//") + join(sources, "\n") + "\n"},
          {"napier.core", expand(embedded::napier_core, values)},
          {"PORTS.md", ports_table(design)},
          {"synth/check.ys", expand(embedded::check_ys, values)},
          {"synth/" + unit + ".sdc", expand(embedded::processing_element_sdc, values)}};
}

}  // namespace napier::rtl
