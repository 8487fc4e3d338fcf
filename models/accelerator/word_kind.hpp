#pragma once
#include <array>
#include <string_view>
#include <vector>

#include "models/design/design.hpp"

/// What moves between the external memory and the processing elements of an accelerator. docs/accelerator.md.
namespace napier {

/// Numbers as in the descriptors.
enum class WordKind {
  kA,
  kB,
  kJob,
  kBias,
  kMask,
  kRowScale,
  kUpdateJob,
  kUpdateIn,
  kOut,
  kRaw,
  kUpdateOut,
};
inline constexpr int kWordKinds = 11;

/// The banks of the global buffer.
enum class Bank { kA, kB, kSide, kOut };
inline constexpr int kBanks = 4;

std::string_view kind_name(WordKind kind);
std::string_view bank_name(Bank bank);
Bank bank_of(WordKind kind);

/// The kinds that a design has: no row scales without scales by channel, no updates without a Madam unit.
std::vector<WordKind> word_kinds(const Design& design);

/// Bits of a word; 0 where the design has no such kind.
int kind_bits(const Design& design, WordKind kind);

/// Bits of a bank's rows: of the widest kind that it holds.
int bank_bits(const Design& design, Bank bank);

/// Rows of a bank.
int bank_rows(const Design& design, Bank bank);

/// Beats of the external memory that a word takes.
int beats(const Design& design, WordKind kind);

/// Cycles that a word takes on a link of the array.
int link_cycles(const Design& design, WordKind kind);

}  // namespace napier
