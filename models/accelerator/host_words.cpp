#include "models/accelerator/host_words.hpp"

#include <algorithm>

#include "models/design/widths.hpp"
#include "models/stimulus/word_packer.hpp"

namespace napier {
namespace {

std::uint32_t field32(std::span<const std::uint8_t> word, int bit) {
  return static_cast<std::uint32_t>(word_field(word, bit, 32));
}

}  // namespace

void append(const DmaJob& job, WordStream& to) {
  WordPacker p(to);
  p.put(static_cast<int>(job.kind), 8);
  for (const std::uint32_t field : {job.address, job.row, job.words, job.needs}) p.put(field, 32);
  p.finish();
}

void append(const StreamJob& job, WordStream& to) {
  WordPacker p(to);
  for (const std::uint32_t field : {job.row, job.words, job.needs}) p.put(field, 32);
  p.put(static_cast<int>(job.kind), 8);
  p.put(job.deal ? 1 : 0, 8);
  p.put(job.chunk, 16);
  p.put(job.chunk_last, 16);
  p.put(static_cast<std::uint32_t>(job.elements), 32);
  p.put(static_cast<std::uint32_t>(job.elements >> 32), 32);
  p.finish();
}

int out_row_bits(const Design& d) { return std::max(1, widths::ceil_log2(d.memory.out_words)); }

std::vector<Channel> accelerator_channels(const Design& d) {
  const int tag_bits = 4 + d.array.elements;
  int fill_bits = 0;
  for (const Bank bank : {Bank::kA, Bank::kB, Bank::kSide})
    fill_bits = std::max(fill_bits, bank_bits(d, bank));
  return {
      {"dma_job", kDmaJobBits},
      {"a_job", kStreamJobBits},
      {"b_job", kStreamJobBits},
      {"side_job", kStreamJobBits},
      {"out_job", kStreamJobBits},
      {"mem_req", 33 + d.memory.dram_bits},
      {"mem_rsp", d.memory.dram_bits},
      {"fill", 2 + 32 + fill_bits},
      {"a_word", bank_bits(d, Bank::kA) + tag_bits},
      {"b_word", bank_bits(d, Bank::kB) + tag_bits},
      {"side_word", bank_bits(d, Bank::kSide) + tag_bits},
      {"collect", out_row_bits(d) + bank_bits(d, Bank::kOut)},
      {"store_job", 64},
      {"store", bank_bits(d, Bank::kOut)},
  };
}

DmaJob decode_dma_job(std::span<const std::uint8_t> word) {
  return {static_cast<WordKind>(word_field(word, 0, 8)), field32(word, 8), field32(word, 40),
          field32(word, 72), field32(word, 104)};
}

StreamJob decode_stream_job(std::span<const std::uint8_t> word) {
  StreamJob job;
  job.row = field32(word, 0);
  job.words = field32(word, 32);
  job.needs = field32(word, 64);
  job.kind = static_cast<WordKind>(word_field(word, 96, 8));
  job.deal = word_field(word, 104, 1) != 0;
  job.chunk = static_cast<int>(word_field(word, 112, 16));
  job.chunk_last = static_cast<int>(word_field(word, 128, 16));
  job.elements = word_field(word, 144, 64);
  return job;
}

std::vector<std::uint8_t> packed_output(const Design& d, std::span<const std::uint8_t> word) {
  WordStream stream;
  stream.bits = kind_bits(d, WordKind::kOut);
  WordPacker p(stream);
  const int bits = widths::output_bits(d);
  for (int i = 0; i < d.post_processor.lanes; ++i) {
    p.put(static_cast<std::int64_t>(word_field(word, i * bits, d.format.bits)), d.format.bits);
  }
  p.finish();
  return stream.bytes;
}

void append_request(const MemoryRequest& request, WordStream& to) {
  WordPacker p(to);
  p.put(request.address, 32);
  p.put(request.write ? 1 : 0, 1);
  if (request.write) {
    for (const std::uint8_t byte : request.data) p.put(byte, 8);
  }
  p.finish();
}

void write_host_words(const Design& design, AcceleratorProgram& p) {
  const std::array<std::pair<const char*, WordStream*>, 7> streams = {{{"dma_job", &p.dma_job},
                                                                       {"a_job", &p.a_job},
                                                                       {"b_job", &p.b_job},
                                                                       {"side_job", &p.side_job},
                                                                       {"out_job", &p.out_job},
                                                                       {"mem_req", &p.mem_req},
                                                                       {"mem_rsp", &p.mem_rsp}}};
  for (const Channel& c : accelerator_channels(design)) {
    for (const auto& [name, stream] : streams) {
      if (c.name != name) continue;
      *stream = {c.name, c.bits, {}};
    }
  }
  const std::array<WordStream*, kBanks> jobs = {&p.a_job, &p.b_job, &p.side_job, &p.out_job};
  for (std::size_t bank = 0; bank < jobs.size(); ++bank) {
    for (const StreamJob& job : p.streams[bank]) append(job, *jobs[bank]);
  }
  const auto beat_bytes = static_cast<std::size_t>(design.memory.dram_bits / 8);
  std::vector<std::int64_t> requests = {0};  // after so many dma descriptors
  for (const DmaJob& job : p.dma) {
    append(job, p.dma_job);
    const bool write = bank_of(job.kind) == Bank::kOut;
    const std::vector<std::uint8_t>& image = write ? p.expected : p.memory;
    const std::uint32_t all = job.words * static_cast<std::uint32_t>(beats(design, job.kind));
    for (std::uint32_t i = 0; i < all; ++i) {
      const auto beat = std::span(image).subspan((std::size_t{job.address} + i) * beat_bytes, beat_bytes);
      append_request({job.address + i, write, beat}, p.mem_req);
      if (!write) p.mem_rsp.bytes.insert(p.mem_rsp.bytes.end(), beat.begin(), beat.end());
    }
    requests.push_back(p.mem_req.words());
  }
  for (std::int64_t& end : p.product_ends) end = requests[static_cast<std::size_t>(end)];
}

}  // namespace napier
