#include "models/accelerator/word_kind.hpp"

#include <algorithm>

#include "models/design/widths.hpp"

namespace napier {
namespace {

constexpr std::array<std::string_view, kWordKinds> kNames = {
    "a", "b", "job", "bias", "mask", "row_scale", "update_job", "update_in", "out", "raw", "update_out"};

int divide_up(int a, int b) { return (a + b - 1) / b; }

}  // namespace

std::string_view kind_name(WordKind kind) { return kNames[static_cast<std::size_t>(kind)]; }

std::string_view bank_name(Bank bank) {
  constexpr std::array<std::string_view, kBanks> kBankNames = {"a", "b", "side", "out"};
  return kBankNames[static_cast<std::size_t>(bank)];
}

Bank bank_of(WordKind kind) {
  if (kind == WordKind::kA) return Bank::kA;
  if (kind == WordKind::kB) return Bank::kB;
  return kind < WordKind::kOut ? Bank::kSide : Bank::kOut;
}

int kind_bits(const Design& d, WordKind kind) {
  const bool madam = d.update.kind == UpdateKind::kMadam;
  const int state_bits = d.update.bits + d.update.v_bits;
  switch (kind) {
    case WordKind::kA:
      return widths::stationary_words(d) * d.format.bits;
    case WordKind::kB:
      return d.datapath.vector * d.format.bits;
    case WordKind::kJob:
      return widths::job_bits(d);
    case WordKind::kBias:
      return d.post_processor.lanes * d.datapath.accumulator_bits;
    case WordKind::kMask:
      return d.post_processor.lanes;
    case WordKind::kRowScale:
      return widths::has_row_scales(d) ? 16 * d.post_processor.lanes : 0;
    case WordKind::kUpdateJob:
      return !madam ? 0 : widths::update_job_bits(d);
    case WordKind::kUpdateIn:
      return madam ? d.update.lanes * (state_bits + d.format.bits) : 0;
    case WordKind::kOut:
      return d.post_processor.lanes * d.format.bits;
    case WordKind::kRaw:
      return d.post_processor.lanes * widths::output_bits(d);
    case WordKind::kUpdateOut:
      return madam ? d.update.lanes * state_bits : 0;
  }
  return 0;
}

std::vector<WordKind> word_kinds(const Design& design) {
  std::vector<WordKind> result;
  for (int i = 0; i < kWordKinds; ++i) {
    const auto kind = static_cast<WordKind>(i);
    if (kind_bits(design, kind) > 0) result.push_back(kind);
  }
  return result;
}

int bank_bits(const Design& design, Bank bank) {
  int bits = 0;
  for (const WordKind kind : word_kinds(design)) {
    if (bank_of(kind) == bank) bits = std::max(bits, kind_bits(design, kind));
  }
  return bits;
}

int bank_rows(const Design& design, Bank bank) {
  const MemoryParameters& m = design.memory;
  const std::array<int, kBanks> rows = {m.a_words, m.b_words, m.side_words, m.out_words};
  return rows[static_cast<std::size_t>(bank)];
}

int beats(const Design& design, WordKind kind) {
  return divide_up(kind_bits(design, kind), design.memory.dram_bits);
}

int link_cycles(const Design& design, WordKind kind) {
  return divide_up(kind_bits(design, kind), design.array.link_bits);
}

}  // namespace napier
