#include "models/accelerator/traffic.hpp"

#include <array>
#include <bit>

namespace napier {
namespace {

enum Level { kDramRead, kDramWrite, kBufferWrite, kBufferRead, kLink, kElement };
constexpr std::array<const char*, 6> kLevels = {"dram_read",   "dram_write", "buffer_write",
                                                "buffer_read", "link",       "element"};

}  // namespace

std::vector<Traffic> traffic(const Design& design, const AcceleratorProgram& program) {
  std::array<std::array<std::int64_t, kWordKinds>, kLevels.size()> words{};
  const auto add = [&words](Level level, WordKind kind, std::int64_t count) {
    words[level][static_cast<std::size_t>(kind)] += count;
  };
  for (const DmaJob& job : program.dma) {
    const bool store = bank_of(job.kind) == Bank::kOut;
    add(store ? kDramWrite : kDramRead, job.kind, job.words);
    add(store ? kBufferRead : kBufferWrite, job.kind, job.words);
  }
  for (std::size_t bank = 0; bank < program.streams.size(); ++bank) {
    const bool gather = static_cast<Bank>(bank) == Bank::kOut;
    for (const StreamJob& job : program.streams[bank]) {
      add(gather ? kBufferWrite : kBufferRead, job.kind, job.words);
      add(kLink, job.kind, job.words);
      add(kElement, job.kind, std::int64_t{job.words} * (job.deal ? 1 : std::popcount(job.elements)));
    }
  }
  std::vector<Traffic> result;
  for (std::size_t level = 0; level < kLevels.size(); ++level) {
    for (const WordKind kind : word_kinds(design)) {
      const std::int64_t count = words[level][static_cast<std::size_t>(kind)];
      if (count == 0) continue;
      const std::int64_t bits = level <= kDramWrite
                                    ? std::int64_t{beats(design, kind)} * design.memory.dram_bits
                                    : kind_bits(design, kind);
      result.push_back({kLevels[level], std::string(kind_name(kind)), count, count * bits / 8});
    }
  }
  return result;
}

}  // namespace napier
