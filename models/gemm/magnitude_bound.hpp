#pragma once
#include <cstdint>

#include "models/design/design.hpp"
#include "models/gemm/product_table.hpp"

namespace napier::gemm {

/// Proof that an accumulator cannot overflow, from one number a row of each operand. Every value that an
/// accumulator passes through is its bias and sums of some of its products, hence at most |bias| + sum over k
/// of |product|. With magnitudes x and y of the operands and |product| <= slope * x * y + offset,
///   sum |product| <= slope * sqrt(sum x^2 * sum y^2) + K * offset     (Cauchy and Schwarz),
/// and a scaler's floor moves each vector's sum by less than 1.
///   LNS:  x = 2^(-attenuation / gamma); slope and offset are found by going through the whole table. The
///         sum of x^2, the row's energy, is in units of 2^-16, each square rounded up to a power of two.
///   INT8: x = |word|, slope 1, offset 0.
class MagnitudeBound {
 public:
  /// table: null for INT8.
  MagnitudeBound(const Design& design, const ProductTable* table);

  /// Whether no accumulator can overflow whatever the words.
  bool holds(int k, std::int64_t bias) const;
  /// Whether no accumulator can overflow: rows of `k` words whose energies and biases' magnitudes are at most
  /// these.
  bool holds(int k, std::uint64_t energy_a, std::uint64_t energy_b, std::int64_t bias) const;

 private:
  bool sums_fit(int k, double products, std::int64_t bias) const;

  double slope_ = 1, offset_ = 0;
  double unit_ = 1;    ///< of a product of two energies' roots
  double largest_;     ///< product
  double scale_ = 1;   ///< of products to accumulator units
  double vector_ = 1;  ///< words a vector
  double floor_ = 0;   ///< what the scaler may add to a vector's magnitude
  double high_;        ///< largest accumulator
};

/// One word's part of its row's energy, at least 2^16 * 2^(-2 attenuation / gamma).
inline std::uint32_t lns_energy(std::uint32_t attenuation, int gamma_log2) {
  const std::uint32_t octaves = 2 * attenuation >> gamma_log2;
  return 65536U >> (octaves < 16 ? octaves : 16);
}

}  // namespace napier::gemm
