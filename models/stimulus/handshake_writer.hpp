#pragma once
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

/// Writes the handshake log of a simulation: valid and ready of every channel in every cycle, and each word
/// that moves. The Verilator harness compiles this header beside the emitted Verilog, so it stands alone.
/// Format: docs/formats/handshake_log.md.
namespace napier {

inline constexpr std::array<char, 8> kHandshakeMagic = {'N', 'A', 'P', 'H', 'S', 'L', 'O', 'G'};
inline constexpr std::uint32_t kHandshakeVersion = 1;
/// In place of a cycle's valid mask: the log is whole. No design has 64 channels.
inline constexpr std::uint64_t kHandshakeEnd = ~std::uint64_t{0};

class HandshakeWriter {
 public:
  /// Creates `file`, with name and bits of each channel, in the order of the masks' bits. Throws
  /// std::runtime_error where it cannot be written.
  HandshakeWriter(const std::string& file, const std::vector<std::pair<std::string, int>>& channels)
      : name_(file), file_(std::fopen(file.c_str(), "wb")) {
    if (file_ == nullptr) fail();
    std::setvbuf(file_.get(), nullptr, _IOFBF, std::size_t{1} << 20);
    put(kHandshakeMagic.data(), kHandshakeMagic.size());
    put_number(kHandshakeVersion, 4);
    put_number(channels.size(), 4);
    for (const auto& [name, bits] : channels) {
      put_number(static_cast<std::uint64_t>(bits), 4);
      put_number(name.size(), 4);
      put(name.data(), name.size());
      bits_.push_back(static_cast<std::size_t>(bits));
    }
  }

  /// One rising clock edge, as seen before it. Bit i of the masks belongs to channel i; a channel without
  /// ready counts as always ready. `data[i]` points to the word of channel i, little endian, in
  /// ceil(bits/8) bytes; it is read only where the word moves (valid and ready).
  void cycle(std::uint64_t valid, std::uint64_t ready, const void* const* data) {
    put_number(valid, 8);
    put_number(ready, 8);
    const std::uint64_t moved = valid & ready;
    for (std::size_t i = 0; i < bits_.size(); ++i) {
      if ((moved >> i & 1) != 0) put_word(static_cast<const unsigned char*>(data[i]), bits_[i]);
    }
    ++cycles_;
  }

  /// Marks the log as whole and closes it. A log without this is refused as truncated.
  void finish() {
    put_number(kHandshakeEnd, 8);
    put_number(cycles_, 8);
    if (std::fclose(file_.release()) != 0) fail();
  }

  std::uint64_t cycles() const { return cycles_; }

 private:
  struct Close {
    void operator()(std::FILE* f) const { std::fclose(f); }
  };

  void put(const void* bytes, std::size_t count) {
    if (std::fwrite(bytes, 1, count, file_.get()) != count) fail();
  }

  void put_number(std::uint64_t value, std::size_t bytes) {
    std::array<unsigned char, 8> text{};
    for (std::size_t i = 0; i < bytes; ++i) text[i] = static_cast<unsigned char>(value >> (8 * i));
    put(text.data(), bytes);
  }

  /// Bits past the word's width are written as zeros.
  void put_word(const unsigned char* word, std::size_t bits) {
    put(word, bits / 8);
    if (bits % 8 == 0) return;
    const auto last = static_cast<unsigned char>(word[bits / 8] & ((1U << (bits % 8)) - 1));
    put(&last, 1);
  }

  [[noreturn]] void fail() const {
    throw std::runtime_error("cannot write handshake log '" + name_ + "': " + std::strerror(errno) +
                             "; free disk space or choose another folder");
  }

  std::string name_;
  std::unique_ptr<std::FILE, Close> file_;
  std::vector<std::size_t> bits_;
  std::uint64_t cycles_ = 0;
};

}  // namespace napier
