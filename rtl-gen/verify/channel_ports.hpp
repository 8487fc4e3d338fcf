#pragma once
#include <string>
#include <vector>

#include "models/design/design.hpp"

/// Where the channels of the handshake log are found in the Verilog.
namespace napier::rtl {

enum class ChannelRole {
  kSource,  ///< the host offers words
  kSink,    ///< the host takes words
  kInner,   ///< between two blocks of the element
};

/// Expressions inside the block, as in a concatenation: least significant field last.
struct InnerWires {
  std::string valid;
  std::string ready;  ///< empty: always ready
  std::string data;
};

struct ChannelPorts {
  std::string name;
  int bits = 0;
  ChannelRole role = ChannelRole::kInner;
  InnerWires inner;  ///< empty for the channels that are ports of the element
};

/// All channels of the design's processing element, in the order of the handshake log.
std::vector<ChannelPorts> channel_ports(const Design& design);

/// The channels of one handshake log, and where the block is whose they are.
struct ChannelGroup {
  std::string log_suffix;   ///< before the extension of the log's name: "" or ".element_0"
  std::string port_prefix;  ///< of the probe's ports: "" or "element_0_"
  std::string instance;     ///< inside the probe, with a dot at its end
  std::vector<ChannelPorts> channels;
};

/// Of a bare element one; of an accelerator its own channels, then those of each element.
std::vector<ChannelGroup> channel_groups(const Design& design);

/// The channels at the ports of the design's top module, in the order of its handshake log.
std::vector<ChannelPorts> top_channels(const Design& design);

}  // namespace napier::rtl
