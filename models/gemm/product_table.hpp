#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "models/design/design.hpp"

namespace napier {

/// What each possible LNS product adds to a vector's sum. The term and the constant of its bin are functions
/// of the product's exponent p alone and the sum over the vector is exact, so
///   VectorLane(a, b) = (sum over i of sign_i * value[p_i]) >> shift,  value[p] = C[bin(p)] * term(p).
struct ProductTable {
  explicit ProductTable(const Design& design);

  /// By attenuation 2E - p, 0..2E, then zeros up to entry 510: a sum of two operands' attenuations, where a
  /// zero operand or padding counts 255, can index it unchecked.
  std::vector<std::int64_t> by_attenuation;
  int used = 0;              ///< entries up to the last that is not zero
  int shift = 0;             ///< const_bits where the design has a scaler
  std::int64_t largest = 0;  ///< largest value

  /// The same values, low 32 bits, for gathering.
  std::vector<std::int32_t> low32;

  /// The values as bytes, plane 0 the lowest, of attenuations below 256. They are those of value << (8 *
  /// folds - shift): dropping the `folds` lowest planes, carries kept, is then the shift of the contract, and
  /// bytes suffice however large the constants are.
  struct Plane {
    std::array<std::uint8_t, 256> bytes{};
    int used = 0;  ///< entries up to the last that is not zero
  };
  std::array<Plane, 8> planes;
  int folds = 0;
};

}  // namespace napier
