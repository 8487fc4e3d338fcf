#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "models/design/design.hpp"
#include "models/gemm/louds.hpp"
#include "models/gemm/packing.hpp"
#include "models/gemm/product_table.hpp"

/// The inner loops. Every kernel gives the same bits for every design and shape it accepts.
namespace napier::gemm {

/// One panel of A against rows n_begin..n_end of B.
struct Tile {
  const ProductTable* table;  ///< LNS only
  const std::uint32_t* a;     ///< packed panel
  const std::uint32_t* b;     ///< packed matrix
  int groups;
  int groups_per_vector;
  int rows;                       ///< valid rows of the panel, 1..kPanel
  const Word* shifts = nullptr;   ///< octaves [row][vector] by which vectors' sums are shifted right; or null
  std::int64_t shift_stride = 0;  ///< from one row to the next
  const std::int32_t* bias;       ///< of the panel's first row; or null
  std::int32_t* acc;              ///< output of the panel's first row for n = 0
  std::int64_t acc_stride;        ///< from one n to the next
  int n_begin, n_end;
  int accumulator_bits;
  Overflow overflow;
  bool can_overflow;  ///< false: proven that no accumulator of the tile does
  bool wide;          ///< an accumulator and a vector's sum together may need more than 32 bits
  /// Only where nothing can overflow: the kernel adds to what acc holds, bias included, and uses smaller
  /// tables, as acc holds what they miss of loud operands' products.
  bool quiet;
};

struct Kernel {
  std::string_view name;
  /// Whether this machine has the instructions, and the design's sums fit the kernel's registers.
  bool (*accepts)(const Design& design, const ProductTable* table);
  /// Fills the tile; returns how many accumulations overflowed.
  std::int64_t (*run)(const Tile& tile);
  /// Largest attenuation in the operands it wants packed (see Packer); null where that is 255 or there are
  /// none.
  int (*limit)(const ProductTable& table);
  /// What its smaller tables miss; null where it has none.
  LoudTables (*louds)(const ProductTable& table);
};

/// Kernels for a format, fastest first; the last is portable and accepts everything. It alone obeys
/// Tile::shifts.
std::span<const Kernel> kernels(FormatKind kind);

/// Whether a vector's sum fits 32 bits, before and after the scaler's shift.
bool products_fit_32_bits(const Design& design, const ProductTable* table);
/// Whether it does after the shift.
bool vector_sums_fit_32_bits(const Design& design, const ProductTable* table);
/// Whether the exact sum of it and an accumulator does, too.
bool accumulations_fit_32_bits(const Design& design, const ProductTable* table);

bool accepts_avx512_planes(const Design& design, const ProductTable* table);
std::int64_t run_avx512_planes(const Tile& tile);
int limit_avx512_planes(const ProductTable& table);
LoudTables louds_avx512_planes(const ProductTable& table);
bool accepts_avx2_shifts(const Design& design, const ProductTable* table);
std::int64_t run_avx2_shifts(const Tile& tile);
int limit_avx2_shifts(const ProductTable& table);
bool accepts_avx2_gather(const Design& design, const ProductTable* table);
std::int64_t run_avx2_gather(const Tile& tile);
std::int64_t run_portable_lns(const Tile& tile);

bool accepts_avx512_int8(const Design& design, const ProductTable* table);
std::int64_t run_avx512_int8(const Tile& tile);
bool accepts_avx2_int8(const Design& design, const ProductTable* table);
std::int64_t run_avx2_int8(const Tile& tile);
std::int64_t run_portable_int8(const Tile& tile);

}  // namespace napier::gemm
