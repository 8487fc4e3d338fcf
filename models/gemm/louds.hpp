#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

/// Products of the largest magnitudes, apart from all others. Their values alone need another plane of bytes
/// (8 term bits reach past 255), and their entries another register. So a kernel may look products up in
/// smaller tables, which are wrong for the few attenuations below `count`, and add what is missing. Such a
/// product has two *loud* operands, each attenuated by less than `count` itself; pairs of them are found
/// through a list of B's. It all adds up modulo 2^32, so only where no accumulator can overflow.
namespace napier::gemm {

/// Code of an operand: its attenuation where it is loud, plus kNegative.
inline constexpr int kNegative = 16;
/// Code of A's other operands; no loud attenuation reaches it.
inline constexpr int kQuiet = 15;
inline constexpr int kCodeBits = 5;

struct LoudTables {
  /// missing: by the product's attenuation, at most kQuiet of them.
  explicit LoudTables(std::span<const std::int32_t> missing = {});
  int count = 0;  ///< 0: nothing is missing
  /// What products miss, by B's code, then A's.
  alignas(64) std::array<std::array<std::int32_t, 1 << kCodeBits>, 1 << kCodeBits> missing{};
};

/// Words that may be written past a list's end.
inline constexpr std::size_t kLoudSlack = 16;

/// The loud operands of one row of B: position in the packed row << kCodeBits | code.
struct LoudList {
  const std::uint32_t* first = nullptr;
  std::size_t count = 0;
  std::span<const std::uint32_t> all() const { return {first, count}; }
};

/// Finds them among `size` packed bytes of a row of B, to whose attenuations `added` was added; returns how
/// many. found: room for size + kLoudSlack.
std::size_t find_louds_avx512(const std::uint8_t* words, const std::uint8_t* signs, std::size_t size,
                              int added, int count, std::uint32_t* found);

/// Codes of packed panels of A, [position][row]; to: of the panel's first row.
void panel_codes_avx512(const std::uint32_t* panel, std::size_t groups, int count, std::size_t rows,
                        std::uint8_t* to);

/// acc = bias + what the products of B's loud operands miss, for `rows` rows of A; bias: or null.
void add_louds_avx512(const LoudTables& tables, std::span<const std::uint32_t> louds,
                      const std::uint8_t* codes, int rows, const std::int32_t* bias, std::int32_t* acc);

}  // namespace napier::gemm
