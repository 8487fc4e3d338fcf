#pragma once
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "models/stimulus/handshake_log.hpp"
#include "models/trace/reference.hpp"
#include "sim/child.hpp"
#include "tests/models/synthetic_log.hpp"

namespace napier::sim::test {

using Folder = napier::test::TemporaryFolder;

/// The cycles in which a channel was valid, and those in which a word moved.
struct Activity {
  std::vector<std::int64_t> valid, moved;
};
inline Activity activity(const std::filesystem::path& log, const std::string& channel) {
  HandshakeReader reader(log);
  Activity result;
  while (reader.next()) {
    for (std::size_t i = 0; i < reader.channels().size(); ++i) {
      if (reader.channels()[i].name != channel) continue;
      if ((reader.valid() >> i & 1) != 0) result.valid.push_back(reader.cycle());
      if (reader.moved(i)) result.moved.push_back(reader.cycle());
    }
  }
  return result;
}

/// `cycles` shifted by a latency.
inline std::vector<std::int64_t> later(std::vector<std::int64_t> cycles, std::int64_t latency) {
  for (std::int64_t& c : cycles) c += latency;
  return cycles;
}

inline SimOptions logging_to(const std::filesystem::path& log) {
  SimOptions options;
  options.handshake_log = log;
  return options;
}

/// A product without bias or mask (record 1 would have a mask, record 0 a bias).
inline Trace plain_product(const Design& design, const Shape& shape) {
  Trace trace = random_trace(design, std::span(&shape, 1), 5);
  GemmRecord& r = trace.gemms[0];
  r.bias.clear();
  compute_expected(design, r);
  return trace;
}

}  // namespace napier::sim::test
