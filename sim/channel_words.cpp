#include "sim/channel_words.hpp"

#include <algorithm>

#include "models/design/widths.hpp"
#include "models/stimulus/word_packer.hpp"

namespace napier::sim {
namespace {

/// Takes a word apart field by field, least significant first.
class Fields {
 public:
  explicit Fields(std::span<const std::uint8_t> word) : word_(word) {}
  std::uint64_t take(int bits) {
    const std::uint64_t value = word_field(word_, bit_, bits);
    bit_ += bits;
    return value;
  }
  std::int32_t take_signed(int bits) {
    const std::int64_t value = signed_word_field(word_, bit_, bits);
    bit_ += bits;
    return static_cast<std::int32_t>(value);
  }

 private:
  std::span<const std::uint8_t> word_;
  int bit_ = 0;
};

}  // namespace

ChannelWords::ChannelWords(const Design& design)
    : stochastic_(widths::is_stochastic(design)),
      vector_(static_cast<std::size_t>(design.datapath.vector)),
      stationary_(static_cast<std::size_t>(widths::stationary_words(design))),
      lanes_(static_cast<std::size_t>(design.datapath.lanes)),
      post_lanes_(static_cast<std::size_t>(design.post_processor.lanes)),
      update_lanes_(static_cast<std::size_t>(design.update.lanes)),
      bits_(design.format.bits),
      accumulator_bits_(design.datapath.accumulator_bits),
      output_bits_(widths::output_bits(design)),
      sum_bits_(widths::sum_bits(design)),
      entry_bits_(widths::entry_bits(design)),
      weight_bits_(design.update.bits),
      v_bits_(design.update.v_bits),
      has_noise_key_(widths::stochastic_update(design)) {}

void ChannelWords::decode(Bytes word, std::span<Job> job) const {
  Fields f(word);
  Job& j = job[0];
  for (int* field : {&j.m_tiles, &j.n_tiles, &j.k_tiles, &j.n_last, &j.g_last}) {
    *field = static_cast<int>(f.take(16));
  }
  j.bias_k = f.take_signed(16);
  const auto flags = f.take(16);
  int bit = 0;
  for (bool* flag : {&j.relu, &j.raw, &j.has_bias, &j.has_mask, &j.has_row_scales}) {
    *flag = (flags >> bit++ & 1) != 0;
  }
  j.random_key = stochastic_ ? f.take(64) : 0;
}

void ChannelWords::decode(Bytes word, std::span<Word> operands) const {
  if (bits_ == 8) {
    std::copy_n(word.begin(), operands.size(), operands.begin());
    return;
  }
  Fields f(word);
  for (Word& w : operands) w = static_cast<Word>(f.take(bits_));
}

void ChannelWords::decode(Bytes word, std::span<std::int32_t> accumulators) const {
  Fields f(word);
  for (std::int32_t& a : accumulators) a = f.take_signed(accumulator_bits_);
}

void ChannelWords::decode_row_scales(Bytes word, std::span<std::int32_t> scales) const {
  Fields f(word);
  for (std::int32_t& s : scales) s = f.take_signed(16);
}

void ChannelWords::decode(Bytes word, std::span<UpdateJob> job) const {
  Fields f(word);
  job[0].words = static_cast<std::int64_t>(f.take(32));
  MadamSettings& s = job[0].settings;
  s.gradient_exponent = f.take_signed(16);
  s.correction = f.take_signed(32);
  s.step_log2 = f.take_signed(32);
  s.cap = static_cast<std::int32_t>(f.take(16));
  if (!has_noise_key_) return;
  const std::uint64_t low = f.take(32), high = f.take(32);
  s.noise_key = static_cast<std::int64_t>(high << 32 | low);
}

void ChannelWords::decode(Bytes word, std::span<UpdateItem> items) const {
  Fields f(word);
  for (UpdateItem& item : items) {
    item.state.weight = static_cast<UpdateWord>(f.take(weight_bits_));
    item.gradient = static_cast<Word>(f.take(bits_));
    item.state.v = f.take_signed(v_bits_);
  }
}

void ChannelWords::decode_mask(Bytes word, std::span<std::uint8_t> bits) const {
  Fields f(word);
  for (std::uint8_t& b : bits) b = static_cast<std::uint8_t>(f.take(1));
}

void ChannelWords::encode(const Job& j, WordStream& to) const {
  WordPacker p(to);
  for (const int field : {j.m_tiles, j.n_tiles, j.k_tiles, j.n_last, j.g_last, j.bias_k}) p.put(field, 16);
  std::int64_t flags = 0;
  int bit = 0;
  for (const bool flag : {j.relu, j.raw, j.has_bias, j.has_mask, j.has_row_scales}) {
    flags |= std::int64_t{flag} << bit++;
  }
  p.put(flags, 16);
  if (stochastic_) {
    p.put(static_cast<std::uint32_t>(j.random_key), 32);
    p.put(static_cast<std::uint32_t>(j.random_key >> 32), 32);
  }
  p.finish();
}

void ChannelWords::encode(std::span<const Word> operands, WordStream& to) const {
  WordPacker p(to);
  for (const Word w : operands) p.put(w, bits_);
  p.finish();
}

void ChannelWords::encode(std::span<const std::int32_t> accumulators, WordStream& to) const {
  WordPacker p(to);
  for (const std::int32_t a : accumulators) p.put(a, accumulator_bits_);
  p.finish();
}

void ChannelWords::encode_row_scales(std::span<const std::int32_t> scales, WordStream& to) const {
  WordPacker p(to);
  for (const std::int32_t s : scales) p.put(s, 16);
  p.finish();
}

void ChannelWords::encode(std::span<const std::uint32_t> outputs, WordStream& to) const {
  WordPacker p(to);
  for (const std::uint32_t o : outputs) p.put(o, output_bits_);
  p.finish();
}

void ChannelWords::encode(const UpdateJob& j, WordStream& to) const {
  WordPacker p(to);
  p.put(j.words, 32);
  p.put(j.settings.gradient_exponent, 16);
  p.put(j.settings.correction, 32);
  p.put(j.settings.step_log2, 32);
  p.put(j.settings.cap, 16);
  if (has_noise_key_) {
    p.put(j.settings.noise_key, 32);
    p.put(j.settings.noise_key >> 32, 32);
  }
  p.finish();
}

void ChannelWords::encode(std::span<const UpdateItem> items, WordStream& to) const {
  WordPacker p(to);
  for (const UpdateItem& item : items) {
    p.put(item.state.weight, weight_bits_);
    p.put(item.gradient, bits_);
    p.put(item.state.v, v_bits_);
  }
  p.finish();
}

void ChannelWords::encode(std::span<const MadamState> states, WordStream& to) const {
  WordPacker p(to);
  for (const MadamState& s : states) {
    p.put(s.weight, weight_bits_);
    p.put(s.v, v_bits_);
  }
  p.finish();
}

void ChannelWords::encode(const Issue& issue, WordStream& to) const {
  WordPacker p(to);
  for (std::size_t v = 0; v < vector_; ++v) p.put(issue.data[v], bits_);
  p.put(issue.entry, entry_bits_);
  p.put(issue.first ? 1 : 0, 1);
  p.put(issue.last ? 1 : 0, 1);
  p.finish();
}

void ChannelWords::encode(const Sum& sum, WordStream& to) const {
  WordPacker p(to);
  for (std::size_t lane = 0; lane < lanes_; ++lane) p.put(sum.data[lane], sum_bits_);
  p.put(sum.entry, entry_bits_);
  p.put(sum.first ? 1 : 0, 1);
  p.put(sum.last ? 1 : 0, 1);
  p.finish();
}

void ChannelWords::encode_mask(std::span<const std::uint8_t> bits, WordStream& to) const {
  WordPacker p(to);
  for (const std::uint8_t b : bits) p.put(b, 1);
  p.finish();
}

}  // namespace napier::sim
