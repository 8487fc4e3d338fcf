#pragma once
#include "models/design/design.hpp"
#include "models/format/float_rounding.hpp"

namespace napier {

/// How products of a floating-point baseline become sums; docs/formats/number_formats.md.
enum class Accumulation { kInteger, kTree, kBlocks };

/// What format.kind fp16 .. nvfp4 means.
struct NumberFormat {
  BlockFormat blocks;  ///< `element` is the format of numbers without blocks, too; `block` is 0 there
  Accumulation accumulation;
  bool scaled;  ///< tensors have a scale 2^k, chosen by format.scale_rule
  float limit;  ///< largest magnitude with scale 1

  const Minifloat& element() const { return blocks.element; }
};

/// InternalError for kinds that are not made of small floats: lns, int8, fp32.
NumberFormat number_format(FormatKind kind);

/// Octave of the largest product of two numbers: floor(log2(largest^2)).
int product_octave(const Minifloat& format);

}  // namespace napier
