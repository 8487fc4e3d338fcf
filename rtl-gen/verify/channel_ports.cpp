#include "rtl-gen/verify/channel_ports.hpp"

#include <map>

#include "models/accelerator/program.hpp"
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

namespace {

std::vector<ChannelPorts> accelerator_ports(const Design& design) {
  const std::map<std::string, InnerWires> inner = {
      {"fill", {"fill", "", "fill_data, fill_row, fill_bank"}},
      {"a_word", {"a_word_valid", "a_word_ready", "a_word_to, a_word_kind, a_bank_word"}},
      {"b_word", {"b_word_valid", "b_word_ready", "b_word_to, b_word_kind, b_bank_word"}},
      {"side_word", {"side_word_valid", "side_word_ready", "side_word_to, side_word_kind, side_bank_word"}},
      {"collect", {"collect", "", "collect_data, collect_row"}},
      {"store_job", {"store_job_valid", "store_job_ready", "store_words, store_row"}},
      {"store", {"store_valid", "store_ready", "store"}},
  };
  std::vector<ChannelPorts> result;
  for (const Channel& c : accelerator_channels(design)) {
    const auto found = inner.find(c.name);
    if (found != inner.end()) {
      result.push_back({c.name, c.bits, ChannelRole::kInner, found->second});
    } else {
      result.push_back({c.name, c.bits, c.name == "mem_req" ? ChannelRole::kSink : ChannelRole::kSource, {}});
    }
  }
  return result;
}

/// An element's channels as seen from outside: its ports are wires like others.
std::vector<ChannelPorts> inner_element(const Design& design) {
  std::vector<ChannelPorts> result = channel_ports(design);
  for (ChannelPorts& c : result) {
    if (c.role == ChannelRole::kInner) continue;
    const bool source = c.role == ChannelRole::kSource;
    c.inner = {c.name + (source ? "_valid_i" : "_valid_o"), c.name + (source ? "_ready_o" : "_ready_i"),
               c.name + (source ? "_i" : "_o")};
    c.role = ChannelRole::kInner;
  }
  return result;
}

}  // namespace

std::vector<ChannelPorts> top_channels(const Design& design) {
  return design.array.elements == 0 ? channel_ports(design) : accelerator_ports(design);
}

std::vector<ChannelGroup> channel_groups(const Design& design) {
  if (design.array.elements == 0) return {{"", "", "u_processing_element.", channel_ports(design)}};
  std::vector<ChannelGroup> result = {{"", "", "u_accelerator.", accelerator_ports(design)}};
  for (int e = 0; e < design.array.elements; ++e) {
    const std::string name = "element_" + std::to_string(e);
    result.push_back({"." + name, name + "_",
                      "u_accelerator.gen_element[" + std::to_string(e) + "].u_processing_element.",
                      inner_element(design)});
  }
  return result;
}

}  // namespace napier::rtl
