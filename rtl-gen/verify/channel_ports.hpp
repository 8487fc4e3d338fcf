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

/// Expressions inside napier_processing_element, as in a concatenation: least significant field last.
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

/// All channels of the design, in the order of the handshake log.
std::vector<ChannelPorts> channel_ports(const Design& design);

}  // namespace napier::rtl
