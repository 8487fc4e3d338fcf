#include "rtl-gen/verify/channel_ports.hpp"

#include <map>

#include "models/stimulus/channels.hpp"

namespace napier::rtl {
namespace {

ChannelRole role_of(const std::string& name) {
  return name == "out" || name == "update_out" ? ChannelRole::kSink : ChannelRole::kSource;
}

}  // namespace

std::vector<ChannelPorts> channel_ports(const Design& design) {
  const std::map<std::string, ChannelPorts> inner = {
      {"a", {.valid = "a_valid", .ready = "a_ready", .data = "a_data"}},
      {"b", {.valid = "b_valid", .ready = "b_ready", .data = "b_data"}},
      {"issue", {.valid = "issue_valid", .data = "issue_last, issue_first, issue_entry, issue_b"}},
      {"sum", {.valid = "sum_valid", .data = "sum_last, sum_first, sum_entry, sum_data"}},
      {"drain", {.valid = "drain_valid", .ready = "drain_ready", .data = "drain_data"}},
  };
  std::vector<ChannelPorts> result;
  for (const Channel& c : channels(design)) {
    const auto found = inner.find(c.name);
    ChannelPorts ports = found == inner.end() ? ChannelPorts{.role = role_of(c.name)} : found->second;
    ports.name = c.name;
    ports.bits = c.bits;
    result.push_back(ports);
  }
  return result;
}

}  // namespace napier::rtl
