#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "models/units/constant_scaler.hpp"
#include "models/units/fp_to_int.hpp"
#include "models/units/lns_to_int.hpp"

namespace napier {

/// The exact function of one lane: the integer that a vector of operand pairs adds to the accumulator.
/// LNS: lns_multiplier, lns_to_int, bin_adder_tree, constant_scaler in turn. FP8: fp_multiplier, fp_to_int,
/// bin_adder_tree. INT8: the exact sum of products.
class VectorLane {
 public:
  explicit VectorLane(const Design& design);
  /// a, b: datapath.vector words each (fewer stand for zeros after them). octaves: by which the scale of `a`
  /// lies below its tensor's (format.scale_group vector): the sum is shifted right by as many bits, rounded
  /// down.
  std::int64_t operator()(std::span<const Word> a, std::span<const Word> b, int octaves = 0) const;
  const LnsToInt& converter() const { return to_int_; }
  const ConstantScaler& scaler() const { return scaler_; }

 private:
  std::int64_t sum_of_integers(std::span<const Word> a, std::span<const Word> b) const;

  bool lns_, fp8_;
  LnsFormat format_;
  LnsToInt to_int_;
  Minifloat fp8_format_;
  FpToInt fp_to_int_;
  ConstantScaler scaler_;
  std::size_t bins_;
};

}  // namespace napier
