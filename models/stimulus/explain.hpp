#pragma once
#include <cstdint>
#include <string>

#include "models/stimulus/handshake_log.hpp"
#include "models/trace/trace.hpp"

namespace napier {

/// Where a channel's word comes from in the trace. Members that the channel does not have are -1.
struct WordPlace {
  bool found = false;        ///< false past the channel's last word
  std::int64_t gemm = -1;    ///< index in trace.gemms
  std::int64_t update = -1;  ///< index in trace.updates
  int mt = -1, nt = -1, kt = -1;
  int n = -1;                ///< output row
  int m = -1;                ///< output column of lane 0 of the word
  std::int64_t weight = -1;  ///< first weight of the word
};

/// Place of word `word` of a channel. Throws InternalError for a name that is no channel.
WordPlace word_place(const Trace& trace, const std::string& channel, std::int64_t word);

/// The difference in words, several lines: cycle, unit, signal and field, both values, the record and tile
/// behind it and, for sums, accumulators and outputs, the operands and what they should give.
std::string explain(const Trace& trace, const LogDifference& difference);

}  // namespace napier
