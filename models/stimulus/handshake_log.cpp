#include "models/stimulus/handshake_log.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

#include "models/base/error.hpp"
#include "models/base/interrupt.hpp"
#include "models/stimulus/handshake_writer.hpp"

namespace napier {
namespace {

constexpr std::uint64_t kMaxChannels = 63;
constexpr std::uint64_t kMaxWordBits = 1 << 20;
constexpr std::uint64_t kMaxNameLength = 64;
constexpr std::int64_t kInterruptInterval = 4096;  // cycles

int first_difference(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto differing = static_cast<unsigned>(a[i] ^ b[i]);
    if (differing != 0) return static_cast<int>(8 * i) + std::countr_zero(differing);
  }
  return -1;
}

LogDifference mask_difference(LogDifference::Kind kind, const HandshakeReader& expected, std::uint64_t e,
                              std::uint64_t a) {
  const auto channel = static_cast<std::size_t>(std::countr_zero(e ^ a));
  const auto bit = [&](std::uint64_t mask) { return std::to_string(mask >> channel & 1); };
  return {kind,
          expected.cycle(),
          expected.channels()[channel].name,
          expected.words_before(channel),
          bit(e),
          bit(a),
          0};
}

/// The first channel, in order, at which the two cycles differ; valid before ready before data.
std::optional<LogDifference> compare_cycles(const HandshakeReader& expected, const HandshakeReader& actual) {
  using Kind = LogDifference::Kind;
  std::optional<LogDifference> found;
  for (std::size_t i = 0; i < expected.channels().size(); ++i) {
    const std::uint64_t bit = std::uint64_t{1} << i;
    if (((expected.valid() ^ actual.valid()) & bit) != 0) {
      return mask_difference(Kind::kValid, expected, expected.valid() & bit, actual.valid() & bit);
    }
    if (((expected.ready() ^ actual.ready()) & bit) != 0) {
      return mask_difference(Kind::kReady, expected, expected.ready() & bit, actual.ready() & bit);
    }
    if (!expected.moved(i)) continue;
    const int first = first_difference(expected.word(i), actual.word(i));
    if (first >= 0) {
      return LogDifference{Kind::kData,
                           expected.cycle(),
                           expected.channels()[i].name,
                           expected.words_before(i),
                           hex_word(expected.word(i)),
                           hex_word(actual.word(i)),
                           first};
    }
  }
  return std::nullopt;
}

void check_same_channels(const HandshakeReader& expected, const HandshakeReader& actual,
                         const std::string& names) {
  const auto same = [](const Channel& a, const Channel& b) { return a.name == b.name && a.bits == b.bits; };
  if (!std::ranges::equal(expected.channels(), actual.channels(), same)) {
    throw InputError("handshake logs " + names +
                     " have different channels, so they come from different designs; simulate both again");
  }
}

/// A channel of the log that the golden trace knows every word of.
struct GoldenChannel {
  std::size_t channel;
  const WordStream* stream;
};

std::vector<GoldenChannel> golden_channels(const Stimulus& golden, const HandshakeReader& log,
                                           const std::string& name) {
  std::vector<GoldenChannel> result;
  for (const WordStream* s :
       {&golden.job, &golden.a_fill, &golden.b_fill, &golden.bias, &golden.mask, &golden.drain, &golden.out,
        &golden.update_job, &golden.update_in, &golden.update_out, &golden.row_scale}) {
    if (s->bits == 0) continue;
    const auto found = std::ranges::find(log.channels(), s->name, &Channel::name);
    if (found == log.channels().end() || found->bits != s->bits) {
      throw InputError("handshake log '" + name + "' has no channel " + s->name + " of " +
                       std::to_string(s->bits) +
                       " bits, so it is not of this trace's design; simulate again");
    }
    result.push_back({static_cast<std::size_t>(found - log.channels().begin()), s});
  }
  std::ranges::sort(result, {}, &GoldenChannel::channel);
  return result;
}

}  // namespace

std::string hex_word(std::span<const std::uint8_t> word) {
  std::string text;
  for (std::size_t i = word.size(); i-- > 0;) {
    text += "0123456789abcdef"[word[i] >> 4];
    text += "0123456789abcdef"[word[i] & 15];
  }
  return text;
}

HandshakeReader::HandshakeReader(const std::filesystem::path& file)
    : name_(file.string()), buffer_(std::size_t{1} << 20) {
  in_.rdbuf()->pubsetbuf(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  errno = 0;
  in_.open(file, std::ios::binary);
  if (!in_ || std::filesystem::is_directory(file)) {
    refuse(std::string("cannot be read: ") + std::strerror(errno != 0 ? errno : EISDIR));
  }
  std::array<char, 8> magic{};
  in_.read(magic.data(), magic.size());
  if (!in_ || magic != kHandshakeMagic) refuse("is not a handshake log");
  const std::uint64_t version = number(4);
  if (version != kHandshakeVersion) {
    refuse("has format version " + std::to_string(version) + ", this program reads version " +
           std::to_string(kHandshakeVersion));
  }
  const std::uint64_t count = number(4);
  if (count == 0 || count > kMaxChannels) refuse("claims " + std::to_string(count) + " channels");
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t bits = number(4), length = number(4);
    if (bits == 0 || bits > kMaxWordBits || length == 0 || length > kMaxNameLength) {
      refuse("has an impossible channel " + std::to_string(i));
    }
    std::string name(length, '\0');
    read(name.data(), length);
    channels_.push_back({name, static_cast<int>(bits)});
    words_.emplace_back((bits + 7) / 8);
    counts_.push_back(0);
  }
}

bool HandshakeReader::next() {
  if (valid_ == kHandshakeEnd) return false;
  for (std::size_t i = 0; cycle_ >= 0 && i < channels_.size(); ++i) counts_[i] += moved(i) ? 1 : 0;
  valid_ = number(8);
  ready_ = number(8);
  if (valid_ == kHandshakeEnd) {
    if (ready_ != static_cast<std::uint64_t>(cycle_ + 1)) refuse("says it has another number of cycles");
    if (in_.peek() != std::ifstream::traits_type::eof()) refuse("goes on after its end");
    return false;
  }
  if (((valid_ | ready_) >> channels_.size()) != 0) refuse("has handshakes of channels it does not have");
  ++cycle_;
  if (cycle_ % kInterruptInterval == 0) check_interrupt();
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    if (!moved(i)) continue;
    read(words_[i].data(), words_[i].size());
    const int used = channels_[i].bits % 8;
    if (used != 0 && (words_[i].back() >> used) != 0) refuse("has bits past the width of a word");
  }
  return true;
}

void HandshakeReader::read(void* bytes, std::size_t count) {
  in_.read(static_cast<char*>(bytes), static_cast<std::streamsize>(count));
  if (!in_) refuse("ends early in cycle " + std::to_string(cycle_ + 1));
}

std::uint64_t HandshakeReader::number(std::size_t bytes) {
  std::array<std::uint8_t, 8> text{};
  read(text.data(), bytes);
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value |= static_cast<std::uint64_t>(text[i]) << (8 * i);
  return value;
}

void HandshakeReader::refuse(const std::string& why) const {
  const std::string place = "handshake log '" + name_ + "' ";
  throw InputError(place + why + "; simulate again");
}

std::optional<LogDifference> compare_logs(const std::filesystem::path& expected_file,
                                          const std::filesystem::path& actual_file) {
  HandshakeReader expected(expected_file), actual(actual_file);
  check_same_channels(expected, actual,
                      "'" + expected_file.string() + "' and '" + actual_file.string() + "'");
  while (true) {
    const bool more = expected.next();
    if (more != actual.next()) {
      const auto verdict = [](bool goes_on) { return goes_on ? "goes on" : "ended"; };
      return LogDifference{LogDifference::Kind::kLength,
                           std::max(expected.cycle(), actual.cycle()),
                           "",
                           0,
                           verdict(more),
                           verdict(!more),
                           0};
    }
    if (!more) return std::nullopt;
    if (auto difference = compare_cycles(expected, actual)) return difference;
  }
}

std::optional<LogDifference> compare_with_golden(const Stimulus& golden, const std::filesystem::path& file) {
  using Kind = LogDifference::Kind;
  HandshakeReader log(file);
  const std::vector<GoldenChannel> known = golden_channels(golden, log, file.string());
  std::vector<std::int64_t> seen(known.size(), 0);
  while (log.next()) {
    for (std::size_t i = 0; i < known.size(); ++i) {
      const auto& [channel, stream] = known[i];
      if (!log.moved(channel)) continue;
      const std::int64_t index = seen[i]++;
      LogDifference difference{Kind::kExtra, log.cycle(), stream->name, index, "no word", "", 0};
      difference.actual = hex_word(log.word(channel));
      if (index >= stream->words()) return difference;
      const auto size = static_cast<std::size_t>(stream->word_bytes());
      const auto expected = std::span(stream->bytes).subspan(static_cast<std::size_t>(index) * size, size);
      difference.bit = first_difference(expected, log.word(channel));
      if (difference.bit < 0) continue;
      difference.kind = Kind::kData;
      difference.expected = hex_word(expected);
      return difference;
    }
  }
  for (std::size_t i = 0; i < known.size(); ++i) {
    const WordStream& s = *known[i].stream;
    if (seen[i] == s.words()) continue;
    return LogDifference{Kind::kMissing,
                         log.cycle(),
                         s.name,
                         seen[i],
                         std::to_string(s.words()) + " words",
                         std::to_string(seen[i]) + " words",
                         0};
  }
  return std::nullopt;
}

}  // namespace napier
