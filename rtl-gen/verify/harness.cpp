#include "rtl-gen/verify/harness.hpp"

#include <map>

#include "rtl-gen/module.hpp"
#include "rtl-gen/templates.hpp"
#include "rtl-gen/text/numbers.hpp"
#include "rtl-gen/verify/channel_ports.hpp"

namespace napier::rtl {
namespace {

std::string declaration(const std::string& direction, int bits, const std::string& name) {
  const std::string range = bits == 1 ? "" : "[" + std::to_string(bits - 1) + ":0] ";
  return direction + " logic " + range + name;
}

/// Ports of the probe: those of the design, and outputs for inner channels.
std::string probe_ports(const std::vector<ChannelGroup>& groups) {
  std::string text;
  const auto add = [&](const std::string& direction, int bits, const std::string& name) {
    text += (text.empty() ? "" : ",\n") + declaration(direction, bits, name);
  };
  for (const ChannelGroup& group : groups) {
    for (const ChannelPorts& c : group.channels) {
      const std::string name = group.port_prefix + c.name;
      if (c.role == ChannelRole::kInner) {
        add("output", 1, name + "_valid_o");
        add("output", 1, name + "_ready_o");
        add("output", c.bits, name + "_o");
      } else {
        const bool source = c.role == ChannelRole::kSource;
        add(source ? "input " : "output", 1, name + (source ? "_valid_i" : "_valid_o"));
        add(source ? "output" : "input ", 1, name + (source ? "_ready_o" : "_ready_i"));
        add(source ? "input " : "output", c.bits, name + (source ? "_i" : "_o"));
      }
    }
  }
  return text + "\n";
}

/// "u_block.x, u_block.y" of "x, y".
std::string inside(const std::string& instance, const std::string& names) {
  std::string text = instance;
  for (const char letter : names) {
    text += letter;
    if (letter == ' ') text += instance;
  }
  return text;
}

std::string probe_assignments(const std::vector<ChannelGroup>& groups) {
  std::string text;
  for (const ChannelGroup& group : groups) {
    for (const ChannelPorts& c : group.channels) {
      if (c.role != ChannelRole::kInner) continue;
      const std::string name = "assign " + group.port_prefix + c.name;
      text += name + "_valid_o = " + inside(group.instance, c.inner.valid) + ";\n";
      text += name +
              "_ready_o = " + (c.inner.ready.empty() ? "1'b1" : inside(group.instance, c.inner.ready)) +
              ";\n";
      text += name + "_o = {" + inside(group.instance, c.inner.data) + "};\n";
    }
  }
  return text;
}

/// One line a channel: {"job", 112, Role::kSource, &top->job_valid_i, ...}; a log's channels in braces.
std::string harness_groups(const std::vector<ChannelGroup>& groups) {
  std::string text;
  for (const ChannelGroup& group : groups) {
    text += "groups.push_back({\"" + group.log_suffix + "\", {\n";
    for (const ChannelPorts& c : group.channels) {
      const bool source = c.role == ChannelRole::kSource, inner = c.role == ChannelRole::kInner;
      const std::string port = "&top->" + group.port_prefix + c.name;
      text += "  {\"" + c.name + "\", " + std::to_string(c.bits) + ", Role::" +
              (inner    ? "kInner"
               : source ? "kSource"
                        : "kSink") +
              ", " + port + (source ? "_valid_i, " : "_valid_o, ") + port +
              (source || inner ? "_ready_o, " : "_ready_i, ") + port + (source ? "_i" : "_o") + ", {}},\n";
    }
    text += "}, nullptr});\n";
  }
  return text;
}

void put_count(std::string& bytes, std::int64_t count) {
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(static_cast<std::uint64_t>(count) >> (8 * i));
}

std::string stimulus_bytes(const std::vector<ChannelPorts>& channels,
                           const std::map<std::string, const WordStream*>& streams) {
  std::string bytes;
  for (const ChannelPorts& c : channels) {
    if (c.role == ChannelRole::kInner) continue;
    const WordStream& stream = *streams.at(c.name);
    put_count(bytes, stream.words());
    if (c.role == ChannelRole::kSource) bytes.append(stream.bytes.begin(), stream.bytes.end());
  }
  return bytes;
}

}  // namespace

std::vector<EmittedFile> emit_harness(const Design& design) {
  const std::vector<ChannelGroup> groups = channel_groups(design);
  const bool accelerator = design.array.elements > 0;
  EmittedFile probe = emit_module(design, "probe", embedded::probe_sv,
                                  {{"top", accelerator ? "accelerator" : "processing_element"},
                                   {"ports", probe_ports(groups)},
                                   {"assignments", probe_assignments(groups)}});
  const MemoryParameters& m = design.memory;
  const Values values = {{"banner", banner(design, "//")},
                         {"groups", harness_groups(groups)},
                         {"memory", accelerator ? "1" : "0"},
                         {"dram", join({std::to_string(m.dram_interval), std::to_string(m.dram_latency),
                                        std::to_string(m.dram_banks), std::to_string(m.dram_row_beats),
                                        std::to_string(m.dram_row_miss)},
                                       ", ")}};
  std::vector<EmittedFile> files = {
      {"verify/napier_probe.sv", probe.text},
      {"verify/harness.cpp", expand(embedded::harness_cpp, values)},
      {"verify/host.hpp", std::string(embedded::host_hpp)},
      {"verify/handshake_writer.hpp", std::string(embedded::handshake_writer_hpp)},
  };
  if (accelerator) files.push_back({"verify/dram_timing.hpp", std::string(embedded::dram_timing_hpp)});
  return files;
}

std::string harness_stimulus(const Design& design, const Stimulus& s) {
  const std::map<std::string, const WordStream*> streams = {
      {"job", &s.job},
      {"a_fill", &s.a_fill},
      {"b_fill", &s.b_fill},
      {"bias", &s.bias},
      {"mask", &s.mask},
      {"out", &s.out},
      {"row_scale", &s.row_scale},
      {"update_job", &s.update_job},
      {"update_in", &s.update_in},
      {"update_out", &s.update_out},
  };
  return stimulus_bytes(channel_ports(design), streams);
}

std::string harness_stimulus(const Design& design, const AcceleratorProgram& p) {
  const std::map<std::string, const WordStream*> streams = {
      {"dma_job", &p.dma_job}, {"a_job", &p.a_job},     {"b_job", &p.b_job},     {"side_job", &p.side_job},
      {"out_job", &p.out_job}, {"mem_req", &p.mem_req}, {"mem_rsp", &p.mem_rsp},
  };
  return stimulus_bytes(top_channels(design), streams);
}

}  // namespace napier::rtl
