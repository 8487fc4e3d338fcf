#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "models/design/design.hpp"

/// Inner loops of the floating-point baselines' products; docs/formats/number_formats.md says what they
/// compute. Every kernel gives the same bits for every design and shape it accepts.
namespace napier::gemm {

/// Rows of A that a tile works on at once.
inline constexpr int kFloatPanel = 16;

/// One panel of A against rows n_begin..n_end of B. K is filled up with +0 to whole vectors (or blocks).
template <class Number>
struct FloatTile {
  const Number* a;        ///< [k][row in panel]
  const Number* b;        ///< [n][k]
  const double* a_scale;  ///< [block][row in panel]; blocked formats only
  const double* b_scale;  ///< [n][block]; blocked formats only
  int vectors;            ///< of K
  int vector;             ///< pairs summed before they enter the accumulator
  const float* bias;      ///< first addends of the panel's rows, in units; integer accumulators: integer_bias
  const std::int32_t* integer_bias;
  double unit;            ///< value of one unit of the accumulator, a power of two
  float* y;               ///< of the panel's first row for n = 0
  std::int32_t* acc;      ///< the same place of integer accumulators, filled instead of y; or null
  std::int64_t y_stride;  ///< from one n to the next
  int rows;               ///< valid rows of the panel, 1..kFloatPanel
  int n_begin, n_end;
  Datapath datapath;  ///< integer accumulators: width, overflow, term rounding
};

/// Three accumulators, each a function that fills the tile.
struct FloatKernel {
  std::string_view name;
  /// Whether this machine has the instructions.
  bool (*available)();
  /// FP8: terms truncated to integers, an exact vector sum, an integer accumulator. Returns how many
  /// accumulations overflowed.
  std::int64_t (*integer)(const FloatTile<float>&);
  /// FP16, BF16: a binary tree of FP32 adders over the vector, an FP32 accumulator.
  void (*tree)(const FloatTile<float>&);
  /// MX, NVFP4: an exact block sum, scaled, rounded once to FP32 and added to an FP32 accumulator.
  void (*blocks)(const FloatTile<double>&);
};

/// Fastest first; the last is portable.
std::span<const FloatKernel> float_kernels();

/// Whether sums of terms up to `largest` and the accumulator fit the 32 bits of the vector kernels' lanes.
bool terms_fit_32_bits(const Datapath& datapath, double largest);

bool float_avx512_available();
std::int64_t run_avx512_integer(const FloatTile<float>& tile);
void run_avx512_tree(const FloatTile<float>& tile);
void run_avx512_blocks(const FloatTile<double>& tile);
bool float_avx2_available();
std::int64_t run_avx2_integer(const FloatTile<float>& tile);
void run_avx2_tree(const FloatTile<float>& tile);
void run_avx2_blocks(const FloatTile<double>& tile);
std::int64_t run_portable_integer(const FloatTile<float>& tile);
void run_portable_tree(const FloatTile<float>& tile);
void run_portable_blocks(const FloatTile<double>& tile);

}  // namespace napier::gemm
