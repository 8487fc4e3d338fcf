#pragma once
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/stimulus/channels.hpp"
#include "models/stimulus/stimulus.hpp"

/// Reading and comparing the handshake logs that simulators write with handshake_writer.hpp. `napier verify`
/// holds three things against each other: SystemC's log, the Verilated RTL's log, and the golden trace.
namespace napier {

/// Reads a log cycle by cycle. Throws InputError where the file is foreign, of another version or truncated.
class HandshakeReader {
 public:
  explicit HandshakeReader(const std::filesystem::path& file);

  const std::vector<Channel>& channels() const { return channels_; }

  /// Advances to the next cycle; false at the end of the log.
  bool next();

  std::int64_t cycle() const { return cycle_; }  ///< 0 is the first
  std::uint64_t valid() const { return valid_; }
  std::uint64_t ready() const { return ready_; }
  bool moved(std::size_t channel) const { return ((valid_ & ready_) >> channel & 1) != 0; }
  /// The word that moved on the channel in this cycle.
  std::span<const std::uint8_t> word(std::size_t channel) const { return words_[channel]; }
  /// Words that moved on the channel before this cycle: the index of its next word.
  std::int64_t words_before(std::size_t channel) const { return counts_[channel]; }

 private:
  void read(void* bytes, std::size_t count);
  std::uint64_t number(std::size_t bytes);
  [[noreturn]] void refuse(const std::string& why) const;

  std::string name_;
  std::vector<char> buffer_;
  std::ifstream in_;
  std::vector<Channel> channels_;
  std::vector<std::vector<std::uint8_t>> words_;
  std::vector<std::int64_t> counts_;
  std::int64_t cycle_ = -1;
  std::uint64_t valid_ = 0, ready_ = 0;
};

/// The first place where two runs differ.
struct LogDifference {
  enum class Kind {
    kValid,    ///< valid differs
    kReady,    ///< ready differs
    kData,     ///< a word that moves differs
    kExtra,    ///< a word moves that the golden trace does not have
    kMissing,  ///< the run ended before the golden trace's last word of the channel
    kLength,   ///< one run ended earlier
  };
  Kind kind = Kind::kData;
  std::int64_t cycle = 0;
  std::string channel;           ///< empty for kLength
  std::int64_t word = 0;         ///< index of the word on its channel, from 0
  std::string expected, actual;  ///< hexadecimal words, 0 or 1, or counts
  int bit = 0;                   ///< lowest bit that differs (kData)
};

/// The first difference in time, and in channel order within a cycle; nothing where the logs are equal.
/// Throws InputError where either is no whole log or their channels differ (logs of different designs).
std::optional<LogDifference> compare_logs(const std::filesystem::path& expected,
                                          const std::filesystem::path& actual);

/// Holds every word of the channels in the stimulus (host inputs, drain, out, update_out) against the golden
/// trace: right words, right order, right number.
std::optional<LogDifference> compare_with_golden(const Stimulus& golden, const std::filesystem::path& log);

/// A word as hexadecimal digits, most significant first.
std::string hex_word(std::span<const std::uint8_t> word);

}  // namespace napier
