#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "models/stimulus/channels.hpp"
#include "models/stimulus/handshake_writer.hpp"
#include "models/stimulus/host.hpp"
#include "models/stimulus/stimulus.hpp"
#include "tests/support/temporary_folder.hpp"

namespace napier::test {

inline std::vector<std::pair<std::string, int>> channel_table(const Design& design) {
  std::vector<std::pair<std::string, int>> table;
  for (const Channel& c : channels(design)) table.emplace_back(c.name, c.bits);
  return table;
}

/// A log in which every golden word moves once, in order, with made-up stalls; channels that the golden trace
/// does not know stay silent.
inline void write_synthetic_log(const Design& design, const Stimulus& s, const std::filesystem::path& file) {
  const std::vector<std::pair<std::string, int>> table = channel_table(design);
  std::map<std::string, const WordStream*> streams;
  for (const WordStream* w : {&s.job, &s.a_fill, &s.b_fill, &s.bias, &s.mask, &s.drain, &s.out, &s.update_job,
                              &s.update_in, &s.update_out}) {
    streams[w->name] = w;
  }
  std::vector<std::int64_t> next(table.size(), 0);
  HandshakeWriter log(file.string(), table);
  for (std::uint64_t cycle = 0, left = 1; left != 0; ++cycle) {
    std::uint64_t valid = 0, ready = 0;
    std::vector<const void*> data(table.size(), nullptr);
    left = 0;
    for (std::size_t i = 0; i < table.size(); ++i) {
      const auto found = streams.find(table[i].first);
      if (!host_stalls(1, 30, static_cast<unsigned>(i), cycle)) ready |= std::uint64_t{1} << i;
      if (found == streams.end() || next[i] == found->second->words()) continue;
      ++left;
      if (host_stalls(2, 30, static_cast<unsigned>(i), cycle)) continue;
      valid |= std::uint64_t{1} << i;
      data[i] = found->second->bytes.data() + next[i] * found->second->word_bytes();
      if ((ready >> i & 1) != 0) ++next[i];
    }
    log.cycle(valid, ready, data.data());
  }
  log.finish();
}

}  // namespace napier::test
