#include "rtl-gen/verify/harness.hpp"

#include <map>

#include "rtl-gen/module.hpp"
#include "rtl-gen/templates.hpp"
#include "rtl-gen/verify/channel_ports.hpp"

namespace napier::rtl {
namespace {

std::string declaration(const std::string& direction, int bits, const std::string& name) {
  const std::string range = bits == 1 ? "" : "[" + std::to_string(bits - 1) + ":0] ";
  return direction + " logic " + range + name;
}

/// Ports of the probe: those of the element, and outputs for its inner channels.
std::string probe_ports(const std::vector<ChannelPorts>& channels) {
  std::string text;
  const auto add = [&](const std::string& direction, int bits, const std::string& name) {
    text += (text.empty() ? "" : ",\n") + declaration(direction, bits, name);
  };
  for (const ChannelPorts& c : channels) {
    if (c.role == ChannelRole::kInner) {
      add("output", 1, c.name + "_valid_o");
      add("output", 1, c.name + "_ready_o");
      add("output", c.bits, c.name + "_o");
    } else {
      const bool source = c.role == ChannelRole::kSource;
      add(source ? "input " : "output", 1, c.name + (source ? "_valid_i" : "_valid_o"));
      add(source ? "output" : "input ", 1, c.name + (source ? "_ready_o" : "_ready_i"));
      add(source ? "input " : "output", c.bits, c.name + (source ? "_i" : "_o"));
    }
  }
  return text + "\n";
}

/// "u_processing_element.x, u_processing_element.y" of "x, y".
std::string inside(const std::string& names) {
  const std::string instance = "u_processing_element.";
  std::string text = instance;
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += names[i];
    if (names[i] == ' ') text += instance;
  }
  return text;
}

std::string probe_assignments(const std::vector<ChannelPorts>& channels) {
  std::string text;
  for (const ChannelPorts& c : channels) {
    if (c.role != ChannelRole::kInner) continue;
    text += "assign " + c.name + "_valid_o = " + inside(c.inner.valid) + ";\n";
    text +=
        "assign " + c.name + "_ready_o = " + (c.inner.ready.empty() ? "1'b1" : inside(c.inner.ready)) + ";\n";
    text += "assign " + c.name + "_o = {" + inside(c.inner.data) + "};\n";
  }
  return text;
}

/// One line a channel: Channel{"job", 112, Role::kSource, &top->job_valid_i, ...}.
std::string harness_channels(const std::vector<ChannelPorts>& channels) {
  std::string text;
  for (const ChannelPorts& c : channels) {
    const bool source = c.role == ChannelRole::kSource, inner = c.role == ChannelRole::kInner;
    const std::string port = "&top->" + c.name;
    text += "{\"" + c.name + "\", " + std::to_string(c.bits) + ", Role::" +
            (inner    ? "kInner"
             : source ? "kSource"
                      : "kSink") +
            ", " + port + (source ? "_valid_i, " : "_valid_o, ") + port +
            (source || inner ? "_ready_o, " : "_ready_i, ") + port + (source ? "_i" : "_o") + ", {}},\n";
  }
  return text;
}

void put_count(std::string& bytes, std::int64_t count) {
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(static_cast<std::uint64_t>(count) >> (8 * i));
}

}  // namespace

std::vector<EmittedFile> emit_harness(const Design& design) {
  const std::vector<ChannelPorts> channels = channel_ports(design);
  EmittedFile probe =
      emit_module(design, "probe", embedded::probe_sv,
                  {{"ports", probe_ports(channels)}, {"assignments", probe_assignments(channels)}});
  const Values values = {{"banner", banner(design, "//")}, {"channels", harness_channels(channels)}};
  return {
      {"verify/napier_probe.sv", probe.text},
      {"verify/harness.cpp", expand(embedded::harness_cpp, values)},
      {"verify/host.hpp", std::string(embedded::host_hpp)},
      {"verify/handshake_writer.hpp", std::string(embedded::handshake_writer_hpp)},
  };
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
  std::string bytes;
  for (const ChannelPorts& c : channel_ports(design)) {
    if (c.role == ChannelRole::kInner) continue;
    const WordStream& stream = *streams.at(c.name);
    put_count(bytes, stream.words());
    if (c.role == ChannelRole::kSource) bytes.append(stream.bytes.begin(), stream.bytes.end());
  }
  return bytes;
}

}  // namespace napier::rtl
