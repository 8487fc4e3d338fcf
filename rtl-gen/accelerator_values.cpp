#include "rtl-gen/accelerator_values.hpp"

#include <algorithm>

#include "rtl-gen/design_values.hpp"
#include "rtl-gen/text/numbers.hpp"

namespace napier::rtl {
namespace {

/// The largest count of any kind of word that satisfies `which`.
template <class Count, class Which>
int largest(const Design& design, Count count, Which which) {
  int result = 1;
  for (const WordKind kind : word_kinds(design)) {
    if (which(kind)) result = std::max(result, count(design, kind));
  }
  return result;
}

/// Lines of a case statement that gives `function` one less than a kind's count, where that is not 0.
template <class Count>
std::string cases(const Design& design, const std::string& function, int bits, Count count) {
  std::string text;
  for (const WordKind kind : word_kinds(design)) {
    const int value = count(design, kind) - 1;
    if (value == 0) continue;
    text += literal(4, static_cast<std::uint64_t>(kind)) + ": " + function + " = " +
            literal(bits, static_cast<std::uint64_t>(value)) + ";  // " + std::string(kind_name(kind)) + "\n";
  }
  return text;
}

}  // namespace

int bank_row_bits(const Design& design, Bank bank) { return index_bits(bank_rows(design, bank)); }

Values accelerator_values(const Design& d) {
  Values v = design_values(d);
  const auto set = [&v](const std::string& name, int value) { v[name] = std::to_string(value); };
  const auto any = [](WordKind) { return true; };
  const auto loaded = [](WordKind kind) { return bank_of(kind) != Bank::kOut; };
  const auto stored = [](WordKind kind) { return bank_of(kind) == Bank::kOut; };
  const int most_beats = largest(d, beats, any), most_cycles = largest(d, link_cycles, any);
  const int beat_width = index_bits(most_beats), wait_width = index_bits(most_cycles);
  const int load_beats = largest(d, beats, loaded);
  const int fill_bits = std::max({bank_bits(d, Bank::kA), bank_bits(d, Bank::kB), bank_bits(d, Bank::kSide)});
  set("elements", d.array.elements);
  set("link_bits", d.array.link_bits);
  set("link_wait_width", wait_width);
  v["link_cases"] = cases(d, "more_cycles", wait_width, link_cycles);
  set("out_queue", d.array.out_queue);
  set("dram_bits", d.memory.dram_bits);
  set("beat_width", beat_width);
  v["beat_cases"] = cases(d, "last_beat_of", beat_width, beats);
  set("load_beats", load_beats);
  set("store_beats", largest(d, beats, stored));
  set("fill_bits", fill_bits);
  set("fill_padding", load_beats * d.memory.dram_bits - fill_bits);
  set("side_bank_bits", bank_bits(d, Bank::kSide));
  set("out_bank_bits", bank_bits(d, Bank::kOut));
  set("out_rows", bank_rows(d, Bank::kOut));
  set("out_row_width", bank_row_bits(d, Bank::kOut));
  return v;
}

}  // namespace napier::rtl
