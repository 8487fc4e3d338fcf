#pragma once
#include <string>
#include <vector>

#include "models/design/design.hpp"

namespace napier {

/// The channels compared in each cycle, in the order of the handshake log (docs/microarchitecture.md); the
/// index is the channel number that host_stalls takes.
struct Channel {
  std::string name;
  int bits;
};
std::vector<Channel> channels(const Design& design);

}  // namespace napier
