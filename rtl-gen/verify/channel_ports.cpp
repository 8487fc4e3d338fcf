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
  const std::map<std::string, InnerWires> inner = {
      {"a", {"a_valid", "a_ready", "a_data"}},
      {"b", {"b_valid", "b_ready", "b_data"}},
      {"issue", {"issue_valid", "", "issue_last, issue_first, issue_entry, issue_b"}},
      {"sum", {"sum_valid", "", "sum_last, sum_first, sum_entry, sum_data"}},
      {"drain", {"drain_valid", "drain_ready", "drain_data"}},
  };
  std::vector<ChannelPorts> result;
  for (const Channel& c : channels(design)) {
    const auto found = inner.find(c.name);
    const bool is_inner = found != inner.end();
    result.push_back({c.name, c.bits, is_inner ? ChannelRole::kInner : role_of(c.name),
                      is_inner ? found->second : InnerWires{}});
  }
  return result;
}

}  // namespace napier::rtl
