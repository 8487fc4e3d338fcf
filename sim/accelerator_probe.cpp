#include "sim/accelerator_probe.hpp"

#include <algorithm>

#include "models/accelerator/host_words.hpp"
#include "models/base/error.hpp"
#include "models/stimulus/word_packer.hpp"

namespace napier::sim {
namespace {

/// The low `bits` bits of a packed word.
void put_packed(WordPacker& p, const PackedWord& word, int bits) {
  for (int bit = 0; bit < bits; bit += 8) {
    p.put(word[static_cast<std::size_t>(bit / 8)], std::min(8, bits - bit));
  }
}

}  // namespace

AcceleratorProbe::AcceleratorProbe(const Design& design, const AcceleratorChannels& channels)
    : wires_(channels),
      channels_(accelerator_channels(design)),
      elements_(design.array.elements),
      beat_bits_(design.memory.dram_bits),
      out_row_bits_(out_row_bits(design)) {
  for (int bank = 0; bank < kBanks; ++bank) {
    bits_[static_cast<std::size_t>(bank)] = bank_bits(design, static_cast<Bank>(bank));
  }
  for (const napier::Channel& c : channels_) scratch_.push_back({c.name, c.bits, {}});
}

template <class T>
void AcceleratorProbe::look(const Channel<T>& channel, unsigned number) {
  valid_ |= static_cast<std::uint64_t>(channel.offer.read().valid) << number;
  ready_ |= static_cast<std::uint64_t>(channel.ready.read()) << number;
}

void AcceleratorProbe::sample() {
  valid_ = ready_ = 0;
  look(wires_.dma_job, kDmaJobChannel);
  look(wires_.a_job, kAJobChannel);
  look(wires_.b_job, kBJobChannel);
  look(wires_.side_job, kSideJobChannel);
  look(wires_.out_job, kOutJobChannel);
  look(wires_.mem_req, kMemReqChannel);
  look(wires_.mem_rsp, kMemRspChannel);
  look(wires_.a_word, kAWordChannel);
  look(wires_.b_word, kBWordChannel);
  look(wires_.side_word, kSideWordChannel);
  look(wires_.store_job, kStoreJobChannel);
  look(wires_.store, kStoreChannel);
  constexpr std::uint64_t kAlwaysReady = 1U << kFillChannel | 1U << kCollectChannel;
  ready_ |= kAlwaysReady;
  valid_ |= static_cast<std::uint64_t>(wires_.fill.read().valid) << kFillChannel;
  valid_ |= static_cast<std::uint64_t>(wires_.collect.read().valid) << kCollectChannel;
}

const std::vector<std::uint8_t>& AcceleratorProbe::word(unsigned channel) {
  WordStream& to = scratch_[channel];
  to.bytes.clear();
  encode(channel, to);
  return to.bytes;
}

void AcceleratorProbe::encode(const BankWord& word, Bank bank, WordStream& to) const {
  WordPacker p(to);
  put_packed(p, word.bytes, bits_[static_cast<std::size_t>(bank)]);
  p.put(static_cast<int>(word.kind), 4);
  for (int e = 0; e < elements_; ++e) p.put(static_cast<int>(word.to >> e & 1), 1);
  p.finish();
}

void AcceleratorProbe::encode(unsigned channel, WordStream& to) const {
  switch (channel) {
    case kDmaJobChannel:
      return append(*wires_.dma_job.offer.read().data, to);
    case kAJobChannel:
      return append(*wires_.a_job.offer.read().data, to);
    case kBJobChannel:
      return append(*wires_.b_job.offer.read().data, to);
    case kSideJobChannel:
      return append(*wires_.side_job.offer.read().data, to);
    case kOutJobChannel:
      return append(*wires_.out_job.offer.read().data, to);
    case kMemReqChannel: {
      const MemoryBeat& beat = *wires_.mem_req.offer.read().data;
      return append_request({beat.address, beat.write, beat.bytes}, to);
    }
    case kMemRspChannel: {
      WordPacker p(to);
      put_packed(p, wires_.mem_rsp.offer.read().data->bytes, beat_bits_);
      return p.finish();
    }
    case kFillChannel: {
      const BankWrite& write = wires_.fill.read();
      WordPacker p(to);
      p.put(static_cast<int>(write.bank), 2);
      p.put(write.row, 32);
      put_packed(p, *write.data, bits_[static_cast<std::size_t>(write.bank)]);
      return p.finish();
    }
    case kAWordChannel:
      return encode(*wires_.a_word.offer.read().data, Bank::kA, to);
    case kBWordChannel:
      return encode(*wires_.b_word.offer.read().data, Bank::kB, to);
    case kSideWordChannel:
      return encode(*wires_.side_word.offer.read().data, Bank::kSide, to);
    case kCollectChannel: {
      const BankWrite& write = wires_.collect.read();
      WordPacker p(to);
      p.put(write.row, out_row_bits_);
      put_packed(p, *write.data, bits_[static_cast<std::size_t>(Bank::kOut)]);
      return p.finish();
    }
    case kStoreJobChannel: {
      const StreamJob& job = *wires_.store_job.offer.read().data;
      WordPacker p(to);
      p.put(job.row, 32);
      p.put(job.words, 32);
      return p.finish();
    }
    case kStoreChannel: {
      WordPacker p(to);
      put_packed(p, wires_.store.offer.read().data->bytes, bits_[static_cast<std::size_t>(Bank::kOut)]);
      return p.finish();
    }
    default:
      throw InternalError("no channel of the accelerator has number " + std::to_string(channel));
  }
}

}  // namespace napier::sim
